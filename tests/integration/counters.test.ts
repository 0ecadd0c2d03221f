import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { countAll, type Share } from '../../functions/stream/counters.ts';
import { countersOf } from '../../functions/stream/rebuild.ts';
import { contributionKey, wholeOffice } from '../../shared/counters.ts';
import { newId } from '../../shared/ids.ts';
import { type OfficeTable, Stale } from '../../shared/table.ts';
import { createTable, officeTable } from './dynamodb.ts';

let table: string;
let office: OfficeTable;
beforeAll(async () => {
  table = await createTable();
});
beforeEach(() => {
  office = officeTable(table, newId('tenant'));
});

const propertyId = newId('property');
const figure = '2026-10#goals|complaint:open:08';
/** Readings of one share, one after the other, the last again and again: of a version that is not there, or of none yet. */
const reading = (...versions: number[]) => {
  const key = contributionKey(office.tenantId, newId('ticket'));
  let reads = 0;
  const read = async (): Promise<Share> => {
    const version = versions[Math.min(reads++, versions.length - 1)] ?? 0;
    return { key, propertyId, version, before: {}, after: { [figure]: 1 } };
  };
  return { read, reads: () => reads };
};

describe('shares that are counted together', () => {
  it('are counted each for itself where one of them changed meanwhile, so that none is lost', async () => {
    await countAll(office, [reading(0).read, reading(7, 7, 0).read, reading(0).read]);
    expect(await countersOf(office)).toEqual({ [wholeOffice]: { [figure]: 3 } });
  });

  it('are told as not counted where one keeps changing, to be counted when they are told again', async () => {
    const changing = reading(7);
    await expect(countAll(office, [changing.read])).rejects.toThrow(Stale);
    expect(changing.reads()).toBe(6);
    expect(await countersOf(office)).toEqual({});
  });
});
