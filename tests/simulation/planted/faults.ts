// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts of programs

/** An exact text of a file and what stands there instead. */
interface Edit {
  file: string;
  text: string;
  instead: string;
}

/** A mistake somebody could make. */
export interface Planted extends Edit {
  name: string;
  /** Where two lines hold the same, one alone would not be missed. */
  also?: Edit[];
  /** A test file that is asked first; without one the simulation is. */
  test?: string;
}

const plant = (name: string, file: string, text: string, instead: string, test?: string): Planted => ({
  name,
  file,
  text,
  instead,
  ...(test && { test }),
});

export const planted: Planted[] = [
  {
    ...plant(
      'nobody looks whether it is done by now before it is told',
      'functions/notifier/remind.ts',
      "if (obligation.status !== 'open') return nothing;",
      '',
    ),
    also: [
      {
        file: 'functions/notifier/plan.ts',
        text: "if (obligation.status !== 'open') return { groups: [], wakeAt: undefined };",
        instead: '',
      },
    ],
  },
  plant(
    'swapped: a sweep leases before it sends',
    'functions/sweeper/sweep.ts',
    `    const taken = await send(queue, [...byMessage.keys()]);
    sent += taken.length;
    const leased = taken.map((message) => byMessage.get(message)).filter((entry) => entry !== undefined);
    await lease(table, leased, now);`,
    `    for (const entry of found) await table.postpone(entry, \`9999-01-01T00:00:00.000Z#\${entry.pk}|\${entry.sk}\`);
    sent += (await send(queue, [...byMessage.keys()])).length;`,
  ),
  plant(
    'the sweep reads one page of a shard and forgets the others of that moment',
    'shared/system.ts',
    "':t': `${spec.upTo}$`",
    "':t': `${spec.upTo.slice(0, 10)}$`",
  ),
  plant(
    'off by one: a working-day period begins on its first day',
    'shared/time/deadline.ts',
    `  for (let off = 0; counted < n; ) {
    day = addDays(day, 1);
    const info = look(day);`,
    `  for (let off = 0; counted < n; ) {
    if (counted > 0 || off > 0) day = addDays(day, 1);
    const info = look(day);`,
  ),
  plant(
    'a week may end on a rest day (TIME-3)',
    'shared/time/deadline.ts',
    'pastRest(plainEnd(startDay, period.unit, period.n, steps), look.day, steps)',
    'plainEnd(startDay, period.unit, period.n, steps)',
  ),
  plant(
    'a make-up day is taken for a weekend (TIME-5)',
    'shared/time/calendar.ts',
    "kind: work ? 'makeup' : 'holiday', working: work,",
    "kind: 'holiday', working: false,",
  ),
  plant(
    'quiet hours are forgotten when a step is planned',
    'shared/policy/ladder.ts',
    'return lastOpen(ms, schedule) === ms ? ms : nextOpen(ms, schedule);',
    'return ms;',
  ),
  plant(
    'the manager hears a day early',
    'shared/policy/pack.ts',
    "step({ after: { unit: 'workingDays', n: 2 } }, 'escalate', ['manager'], daily),",
    "step({ after: { unit: 'workingDays', n: 1 } }, 'escalate', ['manager'], daily),",
  ),
  plant(
    'a satisfied complaint closes without a signature (CALLBACK-3)',
    'functions/tickets/promises.ts',
    "kind === 'complaint' || method !== 'phone';",
    'false;',
  ),
  plant(
    'an unsatisfied customer opens nothing again (CALLBACK-5)',
    'functions/tickets/rules.ts',
    `    draft.happened('ticket.calledBack', told);
    return reopen(draft, record.reason);`,
    "    return draft.done('ticket.calledBack', told);",
  ),
  plant(
    'rework is counted twice (TICKET-11)',
    'functions/stream/contribution.ts',
    'if (round.redone) add(goals, `${kind}:redone`);',
    'if (round.redone) { add(goals, `${kind}:redone`); add(goals, `${kind}:redone`); }',
  ),
  plant(
    'a resolved ticket keeps its deadline',
    'functions/tickets/rules.ts',
    "  draft.discharge('resolve', { resolvedAt: resolution.at });\n",
    '',
  ),
  plant(
    'the stream forgets what it was told in a batch that failed',
    'functions/stream/consume.ts',
    'firstFailed = Math.min(firstFailed ?? at, at);',
    'void at;',
  ),
  plant(
    'a change of the stream is counted without looking whether it was',
    'functions/stream/counters.ts',
    "expect: version === 0 ? 'new' : { version },",
    "expect: 'any',",
    'tests/integration/stream.test.ts',
  ),
  plant(
    'deliveries are sent for the first event of a batch only',
    'functions/stream/fanout.ts',
    'const planned = events.flatMap(',
    'const planned = events.slice(0, 1).flatMap(',
  ),
  plant(
    'a courier does not mark that it has begun',
    'functions/courier/deliver.ts',
    '        expect: { version: stored.version },\n      },\n    ]);\n  } catch (error) {\n    if (error instanceof Stale) return;',
    "        expect: 'any',\n      },\n    ]);\n  } catch (error) {\n    if (error instanceof Stale) return;",
    'tests/integration/courier-queue.test.ts',
  ),
  plant(
    'a webhook that says no is not tried again',
    'functions/courier/webhook.ts',
    "return { result: 'retry', status, detail, ...(retryAfterMs",
    "return { result: 'delivered', status, detail, ...(retryAfterMs",
  ),
  plant(
    'a payment is booked on whatever the account was',
    'shared/books/store.ts',
    "    expect: version === 0 ? 'new' : { version },",
    "    expect: 'any',",
    'tests/integration/payments-together.test.ts',
  ),
  plant(
    'a repeated request is not recognised',
    'shared/idempotency.ts',
    'if (!item || (item.ttl ?? 0) * 1000 <= this.now) return undefined;',
    'return undefined;',
  ),
  plant(
    'the record of an answer is written over',
    'shared/idempotency.ts',
    'expect: { newOrExpiredBy: Math.floor(this.now / 1000) },',
    "expect: 'any',",
  ),
  plant(
    'another copy of a request is told no because of its own effect',
    'shared/http/api.ts',
    'if (error instanceof Refusal && idempotency) await office?.replay();',
    '',
    'tests/simulation/found.test.ts',
  ),
  plant(
    'dunning asks without looking at the account once more',
    'functions/dunning/step.ts',
    '    ...(message?.movesMoney ? [] : [booksUnchanged(t, loaded)]),',
    '',
    'tests/integration/dunning.test.ts',
  ),
  plant(
    'dunning begins on the due day',
    'shared/policy/pack.ts',
    "reminder: { day: 1, kind: 'message' },",
    "reminder: { day: 0, kind: 'message' },",
    'tests/unit/dunning/rules.test.ts',
  ),
  plant(
    'a message covers what was to be told later',
    'functions/dunning/rules.ts',
    '...(done.length > 0 && { told: [...bill.told, ...done] }),',
    '',
  ),
  plant(
    'a bill run does not look whether a unit has its bill',
    'functions/fees/billItem.ts',
    "derivedId('bill', unitId, cycle, String(slot), String(n))",
    "derivedId('bill', unitId, cycle, String(slot), String(n), String(Math.random()))",
  ),
  plant(
    'a suspended office is told all the same',
    'functions/notifier/view.ts',
    "export const isActive = (office: Item | undefined) => office?.list?.status === 'active';",
    'export const isActive = (office: Item | undefined) => office !== undefined;',
  ),
  plant(
    'the inbox of staff forgets whose office it is',
    'shared/keys.ts',
    'inboxPk: (t: string, staff: string) => `${t}#${staff}#inbox`,',
    'inboxPk: (_t: string, staff: string) => `${staff}#inbox`,',
  ),
  {
    ...plant(
      'a warm function keeps the rules of one office for all',
      'shared/policyStore.ts',
      'const known = ready.get(tenantId);',
      "const known = ready.get('');",
      'tests/integration/policy.test.ts',
    ),
    also: [
      {
        file: 'shared/policyStore.ts',
        text: 'ready.set(tenantId, { stamp, rules });',
        instead: "ready.set('', { stamp, rules });",
      },
    ],
  },
  plant('an event does not name the one before', 'shared/history.ts', 'prev: head.hash,', "prev: '',"),
  plant(
    'provisional deadlines stay when the calendar comes (TIME-7)',
    'shared/obligations/engine.ts',
    'if (due.calendarVersion === stored.calendarVersion) return undefined;',
    'return undefined;',
    'tests/integration/policy-recalc.test.ts',
  ),
  plant(
    'digests are told and not taken out',
    'functions/notifier/digest.ts',
    'await view.office.commit([...removals, ...(tells',
    'await view.office.commit([...(tells',
  ),
];
