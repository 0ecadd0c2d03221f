import { describe, expect, it } from 'vitest';
import { contributionOf, difference } from '../../../functions/stream/contribution.ts';
import type { DomainEvent } from '../../../shared/history.ts';
import { newId } from '../../../shared/ids.ts';
import { obligationId } from '../../../shared/obligations/index.ts';

const ticketId = newId('ticket');

/** A history: `[type, at, data]` each. */
function history(...happened: [string, string, Record<string, unknown>?][]): DomainEvent[] {
  return happened.map(([type, at, data = {}], i) => ({
    id: newId('event'),
    type: `ticket.${type}`,
    at,
    actor: 'staff:x',
    requestId: 'r',
    object: ticketId,
    data: { kind: 'complaint', propertyId: 'p', ...data },
    seq: i + 1,
    prev: '',
    hash: '',
  }));
}
const owed = (dueAt: string, n = 1) => ({ owed: [{ key: `resolve#${n}`, ruleId: 'TICKET-3.major', dueAt }] });
const count = (
  events: DomainEvent[],
  more: { dueAt?: Map<string, string>; zone?: string; category?: string; unitId?: string } = {},
) => contributionOf({ ticketId, events, dueAt: new Map(), zone: 'Asia/Shanghai', ...more });
const goals = (contribution: Record<string, number>) =>
  Object.fromEntries(Object.entries(contribution).filter(([name]) => name.includes('#goals|')));

const created: [string, string, Record<string, unknown>] = [
  'created',
  '2026-09-30T02:00:00.000Z',
  owed('2026-10-08T09:30:00.000Z'),
];

describe('a ticket in the counters', () => {
  it('is open on the day it is due, in that month, until it is resolved', () => {
    expect(goals(count(history(created)))).toEqual({ '2026-10#goals|complaint:open:08': 1 });
  });

  it('is in time when resolved at the due moment, and late a moment after', () => {
    const inTime = count(history(created, ['resolved', '2026-10-08T09:30:00.000Z']));
    expect(goals(inTime)).toEqual({
      '2026-10#goals|complaint:inTime': 1,
      '2026-10#goals|complaint:resolved': 1,
    });
    const late = count(history(created, ['resolved', '2026-10-08T09:30:00.001Z']));
    expect(goals(late)).toMatchObject({ '2026-10#goals|complaint:late': 1 });
  });

  it('counts its deadline in the month it is due, its resolving in the month that was', () => {
    expect(goals(count(history(created, ['resolved', '2026-09-30T03:00:00.000Z'])))).toEqual({
      '2026-10#goals|complaint:inTime': 1,
      '2026-09#goals|complaint:resolved': 1,
    });
  });

  it('is counted in the months of its zone: due at 24:00 is still that month', () => {
    const due = owed('2026-10-31T16:00:00.000Z');
    expect(goals(count(history(['created', '2026-10-30T02:00:00.000Z', due])))).toEqual({
      '2026-10#goals|complaint:open:31': 1,
    });
    expect(
      goals(count(history(['created', '2026-10-30T02:00:00.000Z', due]), { zone: 'America/New_York' })),
    ).toEqual({ '2026-10#goals|complaint:open:31': 1 });
    expect(
      goals(count(history(['created', '2026-10-30T02:00:00.000Z', due]), { zone: 'Asia/Tokyo' })),
    ).toEqual({
      '2026-11#goals|complaint:open:01': 1,
    });
  });

  it('follows its obligation when a calendar moved the deadline (TIME-7)', () => {
    const dueAt = new Map([[obligationId(ticketId, 'resolve#1'), '2026-11-02T09:30:00.000Z']]);
    expect(goals(count(history(created), { dueAt }))).toEqual({ '2026-11#goals|complaint:open:02': 1 });
  });

  it('is no deadline any more once withdrawn or linked before it was resolved', () => {
    for (const end of ['withdrawn', 'linked']) {
      expect(goals(count(history(created, [end, '2026-10-01T02:00:00.000Z'])))).toEqual({});
    }
  });

  it('is rework when the customer is not satisfied, and the new round has a deadline of its own', () => {
    const events = history(
      created,
      ['resolved', '2026-10-08T02:00:00.000Z'],
      ['calledBack', '2026-10-09T02:00:00.000Z', { outcome: 'unsatisfied' }],
      ['reopened', '2026-10-09T02:00:00.000Z', owed('2026-10-12T09:30:00.000Z', 3)],
      ['resolved', '2026-11-01T02:00:00.000Z'],
      ['calledBack', '2026-11-02T02:00:00.000Z', { outcome: 'satisfied' }],
      ['closed', '2026-11-02T02:00:00.000Z'],
    );
    expect(goals(count(events))).toEqual({
      '2026-10#goals|complaint:inTime': 1,
      '2026-10#goals|complaint:late': 1,
      '2026-10#goals|complaint:resolved': 1,
      '2026-10#goals|complaint:calledBack': 1,
      '2026-10#goals|complaint:redone': 1,
      '2026-10#goals|complaint:reached': 1,
      '2026-11#goals|complaint:resolved': 1,
      '2026-11#goals|complaint:calledBack': 1,
      '2026-11#goals|complaint:reached': 1,
      '2026-11#goals|complaint:satisfied': 1,
    });
  });

  it('asks a customer once, who said so on the phone and then signed', () => {
    const events = history(
      created,
      ['resolved', '2026-10-08T02:00:00.000Z'],
      ['calledBack', '2026-10-09T02:00:00.000Z', { outcome: 'unreached' }],
      ['calledBack', '2026-10-09T03:00:00.000Z', { outcome: 'satisfied', missing: 'signature' }],
      ['calledBack', '2026-10-10T02:00:00.000Z', { outcome: 'satisfied' }],
    );
    expect(goals(count(events))).toMatchObject({
      '2026-10#goals|complaint:reached': 1,
      '2026-10#goals|complaint:satisfied': 1,
    });
  });

  it('was not called back when nobody was reached', () => {
    const events = history(
      created,
      ['resolved', '2026-10-08T02:00:00.000Z'],
      ['calledBack', '2026-10-09T02:00:00.000Z', { outcome: 'unreached' }],
    );
    expect(goals(count(events))).not.toHaveProperty('2026-10#goals|complaint:calledBack');
  });

  it('is analysed by category, place, unit and cause; a duplicate only with what it is linked to (TICKET-14)', () => {
    const about = { ...created[2], place: 'Lift 3' };
    const events = history(
      ['created', created[1], about],
      ['resolved', '2026-10-08T02:00:00.000Z', { what: 'x', cause: 'wear' }],
    );
    const contribution = count(events, { category: 'lift', unitId: 'unt_1' });
    expect(Object.keys(contribution).filter((name) => name.includes('#by#'))).toEqual([
      '2026-10#by#cause#wear|complaint',
      '2026-09#by#category#lift|complaint',
      '2026-09#by#place#Lift 3|complaint',
      '2026-09#by#unit#unt_1|complaint',
      '2026-09#by#same#unt_1\u001flift|complaint',
    ]);
    const linked = history(['created', created[1], about], ['linked', '2026-10-01T02:00:00.000Z']);
    expect(count(linked, { category: 'lift' })).toEqual({});
    // Of one that was resolved before it was seen to be a duplicate, only what was done counts.
    const after = history(
      ['created', created[1], about],
      ['resolved', '2026-10-08T02:00:00.000Z', { what: 'x', cause: 'wear' }],
      ['linked', '2026-10-08T03:00:00.000Z'],
    );
    expect(count(after, { category: 'lift', unitId: 'unt_1' })).toEqual({
      '2026-10#goals|complaint:inTime': 1,
      '2026-10#goals|complaint:resolved': 1,
    });
  });

  it('is analysed by as much as is known of it, and counted in time only if it is owed by a time (TICKET-14)', () => {
    const events = history(['created', created[1]], ['resolved', '2026-10-08T02:00:00.000Z', { what: 'x' }]);
    const resolved = { '2026-10#goals|complaint:resolved': 1 };
    expect(count(events)).toEqual(resolved);
    expect(count(events, { category: 'lift' })).toEqual({
      ...resolved,
      '2026-09#by#category#lift|complaint': 1,
    });
    expect(count(events, { unitId: 'unt_1' })).toEqual({
      ...resolved,
      '2026-09#by#unit#unt_1|complaint': 1,
      '2026-09#by#same#unt_1\u001f|complaint': 1,
    });
    const placed = history(['created', created[1], { place: 'Lift 3' }]);
    expect(count(placed)).toEqual({
      '2026-09#by#place#Lift 3|complaint': 1,
      '2026-09#by#same#Lift 3\u001f|complaint': 1,
    });
  });

  it('names each cause in the month in which its round was resolved', () => {
    const events = history(
      created,
      ['resolved', '2026-10-08T02:00:00.000Z', { what: 'x', cause: 'wear' }],
      ['reopened', '2026-10-30T02:00:00.000Z', owed('2026-11-02T09:30:00.000Z', 3)],
      ['resolved', '2026-11-01T02:00:00.000Z', { what: 'y', cause: 'misuse' }],
    );
    expect(count(events)).toMatchObject({
      '2026-10#by#cause#wear|complaint': 1,
      '2026-11#by#cause#misuse|complaint': 1,
    });
  });

  it('of a paid service is in time by what is owed last, and is no contact to analyse (FEE-6)', () => {
    const step = (type: string, n: number, due: string): [string, string, Record<string, unknown>] => {
      const other = { key: `order#${n}`, ruleId: 'TICKET-6.order', dueAt: '2026-12-31T09:30:00.000Z' };
      return [
        type,
        `2026-0${n}-01T02:00:00.000Z`,
        { kind: 'service', place: 'Lift 3', owed: [other, ...owed(`${due}T09:30:00.000Z`, n).owed] },
      ];
    };
    const steps = [
      step('created', 1, '2026-01-20'),
      step('quoted', 2, '2026-02-20'),
      step('agreed', 3, '2026-03-20'),
      step('executed', 4, '2026-04-20'),
    ];
    const dueOf = (n: number) =>
      goals(count(history(...steps.slice(0, n)), { unitId: 'unt_1', category: 'x' }));
    expect([1, 2, 3, 4].map(dueOf)).toEqual([
      { '2026-01#goals|service:open:20': 1 },
      { '2026-02#goals|service:open:20': 1 },
      { '2026-03#goals|service:open:20': 1 },
      { '2026-04#goals|service:open:20': 1 },
    ]);
    const delivered = history(...steps, ['resolved', '2026-04-20T09:30:00.000Z']);
    expect(count(delivered, { unitId: 'unt_1', category: 'x' })).toEqual({
      '2026-04#goals|service:inTime': 1,
      '2026-04#goals|service:resolved': 1,
    });
    // A step that owes nothing by a time leaves what was owed.
    const told = history(...steps, ['executed', '2026-04-02T02:00:00.000Z', { kind: 'service' }]);
    expect(count(told)).toEqual({ '2026-04#goals|service:open:20': 1 });
  });

  it('adds nothing when its history is not one', () => {
    const more = { unitId: 'unt_1', category: 'lift' };
    expect(count([], more)).toEqual({});
    expect(count(history(['resolved', '2026-10-08T02:00:00.000Z']), more)).toEqual({});
    expect(count(history(['created', created[1], { kind: undefined }]), more)).toEqual({});
  });
});

describe('the difference of two contributions', () => {
  it('leads from one to the other and names nothing that stays', () => {
    expect(difference({ a: 1, b: 1 }, { b: 1, c: 2 })).toEqual({ a: -1, c: 2 });
    expect(difference({ a: 1 }, { a: 1 })).toEqual({});
  });
});
