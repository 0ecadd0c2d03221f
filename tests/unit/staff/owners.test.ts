import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayChange, ownersAfter } from '../../../functions/staff/rules.ts';
import { type Role, roles } from '../../../shared/access.ts';
import type { Actor } from '../../../shared/actor.ts';
import { Refusal } from '../../../shared/problem.ts';
import { expectBoth } from '../refusals.ts';

const person = (held: Role[], active = true, id = 'stf_1') => ({ id, roles: held, active });
const staff = (held: Role[]): Actor => ({
  kind: 'staff',
  tenantId: 'ten_1',
  id: 'stf_9',
  roles: held,
  scopes: ['staff:write'],
});

describe('what concerns an owner', () => {
  const cases: [string, ReturnType<typeof person> | undefined, ReturnType<typeof person>, boolean][] = [
    ['making one', undefined, person(['owner']), true],
    ['making somebody one', person(['desk']), person(['desk', 'owner']), true],
    ['changing one', person(['owner']), person(['owner', 'manager']), true],
    ['taking the role away', person(['owner']), person(['manager']), true],
    ['adding anybody else', undefined, person(['manager', 'desk']), false],
    ['changing anybody else', person(['desk']), person(['manager']), false],
  ];
  const actors: [string, Actor, boolean][] = [
    ['an owner', staff(['manager', 'owner']), true],
    ['the operator of the service', { kind: 'operator', id: 'opr_1' }, true],
    ['a manager', staff(['manager']), false],
    ['an API key', { kind: 'apiKey', tenantId: 'ten_1', id: 'key_1', scopes: ['staff:write'] }, false],
    ['the system', { kind: 'system', id: 'scheduler' }, false],
    ['a customer', { kind: 'customer', tenantId: 'ten_1', id: 'cus_1' }, false],
  ];

  it.each(
    actors.flatMap(([who, actor, may]) =>
      cases.map(
        ([what, before, after, owners]) => [what, who, actor, before, after, may || !owners] as const,
      ),
    ),
  )('is for owners only: %s by %s', (_what, _who, actor, before, after, allowed) => {
    const refusal = mayChange(actor, before, after);
    expect(refusal?.code).toBe(allowed ? undefined : 'forbidden');
    if (refusal?.options.detail) expectBoth(refusal.options.detail);
    else expect(allowed).toBe(true);
  });
});

describe('the owners of an office', () => {
  it('are those it had, with whoever became one and without whoever is one no longer', () => {
    const ids = ['stf_1', 'stf_2', 'stf_3'];
    fc.assert(
      fc.property(
        fc.subarray(ids),
        fc.constantFrom(...ids),
        fc.subarray([...roles]),
        fc.boolean(),
        (owners, id, held, active) => {
          const wanted = new Set(owners);
          if (held.includes('owner') && active) wanted.add(id);
          else wanted.delete(id);
          const after = ownersAfter(owners, { id, roles: held, active });
          if (owners.length > 0 && wanted.size === 0) {
            expect(after).toBeInstanceOf(Refusal);
          } else {
            expect(after).toHaveLength(wanted.size);
            expect(new Set(after as string[])).toEqual(wanted);
          }
        },
      ),
    );
  });

  it.each([
    ['loses the role', person(['manager'])],
    ['leaves', person(['owner'], false)],
  ])('are never none: the last one %s only after another was named', (_, after) => {
    const refusal = ownersAfter(['stf_1'], after) as Refusal;
    expect(refusal.code).toBe('conflict');
    expectBoth(refusal.options.detail ?? { en: '', zh: '' });
    expect(ownersAfter(['stf_1', 'stf_2'], after)).toEqual(['stf_2']);
  });

  it('may be none while none was named yet', () => {
    expect(ownersAfter([], person(['desk']))).toEqual([]);
    expect(ownersAfter([], person(['owner']))).toEqual(['stf_1']);
  });
});
