import { describe, expect, it } from 'vitest';
import { type Chain, chainOf } from '../../../functions/audit/chain.ts';
import { headedOf, homeOf } from '../../../functions/audit/heads.ts';
import { type IdKind, newId } from '../../../shared/ids.ts';
import { chunkObject, feesObject, keys, mappingObject } from '../../../shared/keys.ts';
import type { Item, Key } from '../../../shared/table.ts';

const t = newId('tenant');
const chain = (object: string): Chain => chainOf(keys.event(t, object, 1)) as Chain;
const item = (key: Key, et: string, more: Partial<Item> = {}): Item => ({ ...key, et, v: 1, ...more });

describe('what an object\u2019s history ends with is kept', () => {
  const one = (kind: IdKind, key: (t: string, id: string) => Key): [string, string, Key] => {
    const id = newId(kind);
    return [kind, id, key(t, id)];
  };
  const [run, unit, property] = [newId('billRun'), newId('unit'), newId('property')];
  const homes: [string, string, Key][] = [
    one('property', keys.property),
    one('staff', keys.staff),
    one('apiKey', keys.apiKey),
    one('webhook', keys.webhook),
    one('standard', keys.feeStandard),
    one('service', keys.service),
    one('import', keys.import),
    one('unit', keys.unit),
    one('customer', keys.customer),
    one('ticket', keys.ticket),
    one('bill', keys.bill),
    one('billRun', keys.billRun),
    one('payment', keys.payment),
    one('refund', keys.refund),
    one('deposit', keys.deposit),
    one('entry', keys.posting),
    one('statement', keys.statement),
    one('statementLine', keys.statementLine),
    one('dunning', keys.dunning),
    one('dayEnd', keys.dayEnd),
    ['office', t, keys.office(t)],
    ['policy', 'policy', keys.policyCurrent(t)],
    ['calendar', 'calendar', keys.calendar(t)],
    ['fee file', feesObject(unit), keys.feeFile(t, unit)],
    ['fee settings', feesObject(property), keys.feeSettings(t, property)],
    ['chunk', chunkObject(run, 12), keys.billRunChunk(t, run, 12)],
    ['mapping', mappingObject('银行'), keys.statementMapping(t, '银行')],
    // The office names its mappings as it likes.
    [
      'mapping named like another\u2019s',
      mappingObject(feesObject(unit)),
      keys.statementMapping(t, feesObject(unit)),
    ],
    ['mapping named like an object', mappingObject(unit), keys.statementMapping(t, unit)],
  ];

  it.each(homes)('of the kind %s', (_, object, key) => {
    const home = homeOf(t, chain(object));
    expect(home).toEqual(key);
    const head = { seq: 3, hash: 'x' };
    expect(headedOf(t, item(key, 'x', { rest: { head } }))).toEqual({ chain: chain(object), head });
  });

  it('of an obligation beside it', () => {
    const [ticket, id] = [newId('ticket'), newId('obligation')];
    const of = chainOf(keys.obligationEvent(t, ticket, id, 1)) as Chain;
    const key = keys.obligation(t, ticket, id);
    expect(homeOf(t, of)).toEqual(key);
    expect(headedOf(t, item(key, 'obligation'))).toEqual({ chain: of, head: { seq: 0, hash: '' } });
  });

  it('of what nobody knows nowhere', () => {
    for (const object of [newId('receipt'), newId('tenant'), '', 'x'])
      expect(homeOf(t, chain(object))).toBe(undefined);
  });

  it('by no item that only lies beside it', () => {
    const [ticket, staff, unit] = [newId('ticket'), newId('staff'), newId('unit')];
    const beside: Key[] = [
      keys.attachment(t, ticket, newId('attachment')),
      keys.event(t, ticket, 1),
      keys.serviceOrder(t, ticket),
      keys.message(t, staff, '1'),
      keys.login(t, 'a@example.com'),
      keys.policy(t, 1),
      keys.account(t, unit, newId('customer')),
      keys.reading(t, unit, '2026-11-01', newId('reading')),
      keys.counter(t, 'office', 'x'),
    ];
    for (const key of beside) expect(headedOf(t, item(key, 'x'))).toBe(undefined);
  });
});

describe('where no end is kept', () => {
  const headOf = (key: Key, et: string, more: Partial<Item>) => headedOf(t, item(key, et, more))?.head;
  const [one, none] = [{ seq: 1 }, { seq: 0, hash: '' }];
  const credit = { kind: 'creditUsed', amount: 1 };
  const cases: [string, Key, string, Partial<Item>, object][] = [
    ['an import has its one event', keys.import(t, newId('import')), 'import', {}, one],
    ['a bill made by itself has one', keys.bill(t, newId('bill')), 'bill', { rest: {} }, one],
    ['a bill of a run has none', keys.bill(t, newId('bill')), 'bill', { rest: { runId: 'run_1' } }, none],
    [
      'a chunk that issued bills has one',
      keys.billRunChunk(t, 'run_1', 0),
      'billRunChunk',
      { rest: { issue: { bills: 1 } } },
      one,
    ],
    [
      'a chunk that issued none has none',
      keys.billRunChunk(t, 'run_1', 0),
      'billRunChunk',
      { rest: { issue: { bills: 0 } } },
      none,
    ],
    [
      'a chunk that was looked at only has none',
      keys.billRunChunk(t, 'run_1', 0),
      'billRunChunk',
      { rest: {} },
      none,
    ],
    ['a chunk that was not begun has none', keys.billRunChunk(t, 'run_1', 0), 'billRunChunk', {}, none],
    [
      'used credit has one',
      keys.posting(t, newId('entry')),
      'posting',
      { list: { movements: [credit, credit] } },
      one,
    ],
    [
      'other postings have none',
      keys.posting(t, newId('entry')),
      'posting',
      { list: { movements: [credit, { kind: 'waiver', amount: 1 }] } },
      none,
    ],
    ['everything else has none', keys.ticket(t, newId('ticket')), 'ticket', {}, none],
  ];
  it.each(cases)('%s', (_, key, et, more, head) => {
    expect(headOf(key, et, more)).toEqual(head);
  });
});
