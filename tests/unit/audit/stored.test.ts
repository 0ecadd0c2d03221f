import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Chain, chainOf, verify } from '../../../functions/audit/chain.ts';
import { append, eventOf, hashOf, noHistory, parted } from '../../../shared/history.ts';
import { happened } from '../../../shared/obligations/index.ts';
import type { Item } from '../../../shared/table.ts';

const tenantId = 'ten_01JD0000000000000000000000';
const object = 'tkt_01JD0000000000000000000000';
const at = '2026-11-29T08:00:00.123Z';
const who = {
  actor: { kind: 'system' as const, id: 'test' },
  tenantId,
  requestId: 'r',
  now: Date.parse(at),
};
const faults = (item: Item) => verify(chainOf(item) as Chain, [item], noHistory).faults;

describe('an event in the table', () => {
  const data = fc.dictionary(
    fc.constantFrom('kind', 'note', 'description', 'by'),
    fc.oneof(fc.string(), fc.dictionary(fc.constantFrom('name', 'phone'), fc.string())),
  );

  it('is told as it was written', () => {
    fc.assert(
      fc.property(data, (all) => {
        const { event, write } = append(noHistory, { type: 'x.happened', object, ...parted(all) }, who);
        expect(event).toMatchObject({
          type: 'x.happened',
          at,
          object,
          seq: 1,
          prev: '',
          actor: 'system:test',
        });
        expect(event.data).toEqual(all);
        expect(eventOf(write.put)).toEqual(event);
        expect(faults(write.put)).toEqual([]);
      }),
    );
  });

  it('says nothing that its key or its id say', () => {
    const { event, write } = append(noHistory, { type: 'x.happened', object, data: {} }, who);
    expect(Object.keys(write.put.rest ?? {}).sort()).toEqual([
      'actor',
      'data',
      'hash',
      'id',
      'prev',
      'requestId',
      'seq',
      'type',
    ]);
    const { hash, ...bare } = event;
    // The hash is over all of it, as it is told.
    expect(hashOf(bare)).toBe(hash);
    expect(hashOf({ ...bare, at: '2026-11-29T08:00:00.124Z' })).not.toBe(hash);
    expect(hashOf({ ...bare, object: 'another' })).not.toBe(hash);
  });

  it('is the obligation\u2019s where an obligation keeps it beside its object', () => {
    const id = 'obl_01JD0000000000000000000000';
    const { event, write } = happened({ tenantId, objectId: object, id, head: noHistory }, 'x.told', {}, who);
    expect([event.object, event.at]).toEqual([id, at]);
    expect('put' in write && eventOf(write.put)).toEqual(event);
    expect('put' in write && faults(write.put)).toEqual([]);
  });

  it('was stored whole until November 2026, and is read and held against its hash as ever', () => {
    const { said: _, ...event } = former.rest as Record<string, unknown>;
    const data = { ...(event.data as object), description: '今早再次停运。' };
    expect(eventOf(former)).toEqual({ ...event, data });
    expect(faults(former)).toEqual([]);
    const edits: Partial<Item>[] = [
      { said: { salt: 'O5fN2av3-RQuqpYr', words: { description: '今早没有停运。' } } },
      { rest: { ...former.rest, at: '2026-09-30T01:00:50.252Z' } },
      { rest: { ...former.rest, object: undefined } },
      { pk: `${tenantId}#${object}` },
    ];
    for (const edit of edits) expect(faults({ ...former, ...edit })).toHaveLength(1);
  });
});

/** As the service before wrote it. */
const former: Item = {
  pk: 'ten_GJJQG7HDW8P092QQ2JPRJFKJDK#tkt_01M3QX86PBF09EWPQKEPEJ1G0J',
  sk: 'evt#000001',
  et: 'event',
  v: 1,
  rest: {
    id: 'evt_01M3QX86PB23TN82KY799K3FG2',
    type: 'ticket.created',
    at: '2026-09-30T01:00:50.251Z',
    actor: 'staff:stf_01M3QX7KJS2EGN1CBRW51DZ4Z6',
    requestId: '9793796f-11c9-45f0-b1a5-a2a1f8c4841b',
    object: 'tkt_01M3QX86PBF09EWPQKEPEJ1G0J',
    data: {
      kind: 'complaint',
      grade: 'general',
      urgent: false,
      propertyId: 'prp_01M3QX7SGZTR94PSCCRYXEDRV9',
      title: '电梯反复停运',
      owed: [{ key: 'resolve#1', ruleId: 'TICKET-3.general', dueAt: '2026-10-10T09:30:00.000Z' }],
    },
    seq: 1,
    prev: '',
    said: 'tUGZqT5m5I310mG6H-c3_927NIP8Sqz_y8G4sIKvm6U',
    hash: 'XZKeDPqViev56cjh4eXzmMwFqsr_BrnVMX9mXiRbvuc',
  },
  said: { salt: 'O5fN2av3-RQuqpYr', words: { description: '今早再次停运。' } },
};
