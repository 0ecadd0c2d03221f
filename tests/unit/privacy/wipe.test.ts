import { describe, expect, it } from 'vitest';
import { tombstone, withoutPerson } from '../../../functions/privacy/wipe.ts';
import { eventOf, parted } from '../../../shared/history.ts';

const item = (et: string, parts: object) => ({ pk: 'ten_1#x', sk: 'x', et, v: 3, ...parts });

describe('what is taken away of a person', () => {
  it('is whom a refund went to, and neither its amount nor its reason', () => {
    const refund = item('refund', {
      list: { id: 'rfd_1', reason: '多缴', movements: [{ kind: 'refund', amount: 100 }] },
      rest: { by: 'staff:1', payee: { name: '欧阳明月', account: '6222020200' } },
    });
    expect(withoutPerson(refund)).toEqual({
      ...refund,
      v: 4,
      rest: { by: 'staff:1', payee: { name: tombstone, account: tombstone } },
    });
  });

  it('is who paid by the bank\u2019s statement, and not the line\u2019s number', () => {
    const line = item('statementLine', {
      list: { payer: '欧阳明月', reference: '3-101 欧阳', serial: 'S1', amount: 5 },
    });
    expect(withoutPerson(line)?.list).toEqual({
      payer: tombstone,
      reference: tombstone,
      serial: 'S1',
      amount: 5,
    });
  });

  it('is who agreed to a service and who took its notice, and not what was ordered', () => {
    const order = item('serviceOrder', {
      list: { title: '空调清洗' },
      rest: {
        items: [{ name: '空调清洗', price: '80' }],
        agreed: { name: '欧阳明月', how: 'phone', at: 'x' },
        notice: { outcome: 'signed', receiver: '欧阳明月', witness: '上官秋' },
      },
    });
    expect(withoutPerson(order)).toMatchObject({
      list: { title: '空调清洗' },
      rest: {
        items: [{ name: '空调清洗', price: '80' }],
        agreed: { name: tombstone, how: 'phone' },
        notice: { outcome: 'signed', receiver: tombstone, witness: tombstone },
      },
    });
  });

  it('is a number altogether, for no text can stand for one', () => {
    const ticket = item('ticket', {
      rest: { reporter: { name: '欧阳', phone: '13712340987', customerId: 'c' } },
    });
    expect(withoutPerson(ticket)?.rest).toEqual({ reporter: { name: tombstone, customerId: 'c' } });
  });

  it.each<[string, string[], string[]]>([
    ['disclosure', ['caller'], ['name', 'relation']],
    [
      'ticket',
      ['reporter', 'callback', 'resolution', 'order', 'attachments'],
      ['name', 'note', 'reason', 'what'],
    ],
    [
      'serviceOrder',
      ['quote', 'agreed', 'executed', 'notice', 'claims', 'cancelled'],
      ['name', 'note', 'receiver', 'witness', 'reason'],
    ],
    ['obligation', ['ev'], ['text', 'note', 'reason', 'receiver', 'witness', 'person', 'result']],
    ['dunning', ['arrangement', 'dispute', 'exception', 'decision'], ['note', 'reason']],
    ['deposit', ['accepted'], ['note']],
    ['refund', ['payee'], ['name', 'account']],
  ])('is in every part of a %s every word about them, and nothing beside it', (et, parts, names) => {
    const having = (word: string) => {
      const words = Object.fromEntries(names.map((name) => [name, word]));
      return Object.fromEntries(parts.map((part) => [part, [{ ...words, at: '欧阳路', inner: words }]]));
    };
    const stored = item(et, { list: having('欧阳明月'), rest: { ...having('欧阳明月'), else: '欧阳路' } });
    expect(withoutPerson(stored)).toEqual({
      ...stored,
      v: 4,
      list: having(tombstone),
      rest: { ...having(tombstone), else: '欧阳路' },
    });
  });

  it.each<[string, string[]]>([
    ['attachment', ['name']],
    ['serviceOrder', ['note']],
    ['payment', ['note']],
    ['deposit', ['note']],
    ['statementLine', ['payer', 'reference']],
  ])('is what a %s says of them itself', (et, names) => {
    const all = (word: string) => Object.fromEntries(names.map((name) => [name, word]));
    expect(withoutPerson(item(et, { list: all('欧阳明月'), rest: all('欧阳明月') }))).toMatchObject({
      list: all(tombstone),
      rest: all(tombstone),
    });
  });

  it('is nothing the second time, and nothing of what is nobody\u2019s', () => {
    const once = withoutPerson(item('payment', { list: { amount: 1 }, rest: { note: '代缴' } }));
    expect(once?.rest).toEqual({ note: tombstone });
    expect(once && withoutPerson(once)).toBeUndefined();
    expect(withoutPerson(item('property', { list: { name: '锦绣花园' } }))).toBeUndefined();
  });
});

describe('people\u2019s words in events', () => {
  it('lie beside what is chained, and are told together with it', () => {
    const data = { kind: 'repair', place: '大堂', order: { what: '换灯', dueAt: 'x' }, owed: [{ key: 'a' }] };
    const { data: kept, said } = parted({ ...data, note: '她说急', delayReason: undefined });
    expect(kept).toEqual({ kind: 'repair', place: '大堂', order: { dueAt: 'x' }, owed: [{ key: 'a' }] });
    expect(said).toEqual({ note: '她说急', order: { what: '换灯' } });
    const event = item('event', {
      rest: { id: 'e', data: kept, said: 'h' },
      said: { salt: 's', words: said },
    });
    expect(eventOf(event).data).toEqual({ ...data, note: '她说急' });
  });
});
