import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { verify } from '../../../functions/audit/chain.ts';
import { append, eventOf, type Head, noHistory, parted } from '../../../shared/history.ts';
import { keys } from '../../../shared/keys.ts';
import { type Item, OfficeTable, type Write } from '../../../shared/table.ts';

const tenantId = 'ten_01JD0000000000000000000000';
const objectId = 'tkt_01JD0000000000000000000000';
const who = { actor: { kind: 'system' as const, id: 'test' }, tenantId, requestId: 'r', now: 1 };
const chain = { pk: keys.objectPk(tenantId, objectId), prefix: keys.eventsPrefix, objectId };

/** A history of notes, as stored. */
function historyOf(notes: readonly string[], erased = false): Item[] {
  let head: Head = noHistory;
  const happenings = notes.map((note) => ({
    type: 'ticket.progressed',
    ...parted({ kind: 'repair', note }),
  }));
  return [...happenings, ...(erased ? [{ type: 'ticket.erased', data: {} }] : [])].map((what) => {
    const step = append(head, { ...what, object: objectId }, who);
    head = step.head;
    return step.write.put;
  });
}
const faults = (items: readonly Item[]) => verify(chain, items, noHistory).faults;
const notes = fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 6 });
const without = ({ said: _, ...item }: Item): Item => item;

describe('people\u2019s words beside a chained event', () => {
  it('are told with it, and stand nowhere in what is chained', () => {
    fc.assert(
      fc.property(notes, (said) => {
        const items = historyOf(said);
        expect(faults(items)).toEqual([]);
        expect(items.map((item) => eventOf(item).data.note)).toEqual(said);
        for (const { rest } of items) expect(rest?.data).toEqual({ kind: 'repair' });
      }),
    );
  });

  it('cannot be changed, given or taken away unseen', () => {
    fc.assert(
      fc.property(notes, fc.nat(), fc.string(), (said, n, other) => {
        const items = historyOf(said);
        const at = n % items.length;
        fc.pre(other !== said[at]);
        const item = items[at] as Item;
        const [foreign] = historyOf([other]);
        const map = { salt: '', words: { note: said[at] } };
        const instead = [{ ...item, said: foreign?.said }, { ...item, said: map }, without(item)];
        for (const one of instead)
          expect(faults(items.with(at, one as Item))).toEqual([{ objectId, seq: at + 1, kind: 'edited' }]);
        const bare = append(noHistory, { type: 'x', object: objectId, data: {} }, who).write;
        expect(faults([{ ...bare.put, said: item.said as Uint8Array }])).toHaveLength(1);
      }),
    );
  });

  it('are gone after an erasure that is told, and the chain is whole', () => {
    fc.assert(
      fc.property(notes, (said) => {
        const items = historyOf(said, true).map(without);
        expect(faults(items)).toEqual([]);
        // Words written after it belong to somebody's next step.
        expect(items.every((item) => !('note' in eventOf(item).data))).toBe(true);
      }),
    );
  });

  it('are all that the table lets anybody take from an event', async () => {
    const table = new OfficeTable({ tenantId, client: {} as never, tableName: 't', cursors: {} as never });
    const update = keys.event(tenantId, objectId, 1);
    const tries: Write[] = [
      { update, unset: ['rest'], expect: 'exists' },
      { update, unset: ['said', 'rest'], expect: 'exists' },
      { update, unset: ['said'], set: { 'rest.at': 'x' }, expect: 'exists' },
      { update, set: { said: {} }, expect: 'exists' },
      { update, unset: ['said'], add: { v: 1 }, expect: 'exists' },
      { remove: update, expect: 'exists' },
    ];
    for (const write of tries) await expect(table.commit([write])).rejects.toThrow('never changed');
  });
});
