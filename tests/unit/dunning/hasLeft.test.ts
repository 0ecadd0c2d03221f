import { describe, expect, it } from 'vitest';
import { hasLeft } from '../../../functions/dunning/step.ts';
import type { Item } from '../../../shared/table.ts';

const payerId = 'cus_1';
const item = (et: string, more: Partial<Item> = {}): Item => ({ pk: 'p', sk: 's', et, v: 1, ...more });
const customer = (list = {}) => item('customer', { list });
const file = (...occupancies: [payerId: string, to?: string][]) =>
  item('feeFile', { rest: { occupancies: occupancies.map(([payerId, to]) => ({ payerId, to })) } });
const left = (payer: Item | undefined, of?: Item) =>
  hasLeft({ items: { payer, file: of }, stored: { payerId } as never }, '2026-11-10');

describe('whether a payer has left', () => {
  it('whoever is not on file as a customer has, or is archived', () => {
    expect(left(undefined)).toBe(true);
    expect(left(item('erased'))).toBe(true);
    expect(left(customer({ archived: true }))).toBe(true);
    expect(left(customer({ archived: false }))).toBe(false);
    expect(left(item('customer'))).toBe(false);
  });

  it('who never lived there has not', () => {
    expect(left(customer())).toBe(false);
    expect(left(customer(), item('feeFile'))).toBe(false);
    expect(left(customer(), file(['cus_2', '2026-01-31']))).toBe(false);
  });

  it('the last day is still lived there', () => {
    expect(left(customer(), file([payerId, '2026-11-09']))).toBe(true);
    expect(left(customer(), file([payerId, '2026-11-10']))).toBe(false);
    expect(left(customer(), file([payerId]))).toBe(false);
  });

  it('who has left once and is there again has not, and what others do is nothing to it', () => {
    expect(left(customer(), file([payerId, '2026-03-31'], [payerId]))).toBe(false);
    expect(left(customer(), file([payerId, '2026-03-31'], [payerId, '2026-10-31']))).toBe(true);
    expect(left(customer(), file([payerId, '2026-03-31'], ['cus_2']))).toBe(true);
  });
});
