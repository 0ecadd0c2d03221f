import { describe, expect, it } from 'vitest';
import { type BankLine, lineItem, lineOf, shownLine } from '../../../functions/statements/line.ts';
import { keys, lists } from '../../../shared/keys.ts';

const line: BankLine = {
  id: 'stl_1',
  statementId: 'stm_1',
  propertyId: 'prp_1',
  n: 42,
  day: '2026-10-08',
  amount: 123_450,
  method: 'bank',
  payer: '张伟',
  reference: '3栋1201',
  state: 'open',
  why: 'nothing',
  version: 3,
};
const decided: BankLine = { ...line, head: { seq: 1, hash: 'h' } };

describe('a line of a statement', () => {
  it('is stored under its property and in its statement by state, in the order of the statement', () => {
    const { version: _, ...list } = line;
    expect(lineItem('ten_1', line)).toEqual({
      ...keys.statementLine('ten_1', 'stl_1'),
      et: 'statementLine',
      v: 3,
      list,
      g1pk: lists.statementLines('ten_1', 'prp_1'),
      g1sk: 'stm_1#000042',
      g2pk: lists.statementLinesOf('ten_1', 'stm_1', 'open'),
      g2sk: '000042',
    });
  });

  it('has its history beside what lists show, once there is one', () => {
    const { version: _, ...list } = line;
    expect(lineItem('ten_1', decided)).toMatchObject({ list, rest: { head: decided.head } });
    expect(lineItem('ten_1', decided).list).not.toHaveProperty('head');
    expect(lineItem('ten_1', line)).not.toHaveProperty('rest');
  });

  it('is read as it was stored', () => {
    for (const one of [line, decided]) expect(lineOf(lineItem('ten_1', one))).toEqual(one);
  });

  it('is shown with its amount in yuan, and without what its statement says or nobody need know', () => {
    const { version: _, method: __, ...rest } = line;
    expect(shownLine(decided)).toEqual({ ...rest, amount: '1234.50' });
  });
});
