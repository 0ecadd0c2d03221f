import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import { listedOf } from '../../shared/obligations/index.ts';
import type { Item } from '../../shared/table.ts';
import { call, functionEnvironment, keyOf, staffOf } from './call.ts';
import { addStaff, complaint, makeOffice, satisfied, type TestOffice } from './tickets.ts';

const { tableName } = await functionEnvironment();
const { handler } = await import('../../functions/tickets/handler.ts');

/** Wednesday, 10:00 in Shanghai, the long holiday ahead. */
const morning = new Date('2026-09-30T10:00:00+08:00');

let office: TestOffice;
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: morning });
  office = await makeOffice(tableName, handler);
});
afterAll(() => {
  vi.useRealTimers();
});

const order = (assigneeId: string) => ({
  assigneeId,
  what: 'Look at the pump',
  dueAt: '2026-10-08T12:00:00+08:00',
  given: 'printed',
});
const done = { what: 'New seal', cause: 'wear' };
const unsatisfied = { ...satisfied, outcome: 'unsatisfied', solved: false, reason: 'Still dry' };
const unreached = { outcome: 'unreached', method: 'phone' };

describe('a contact that cannot be as it is told', () => {
  it('is refused with every field at once', async () => {
    const later = '2026-12-01T00:00:00Z';
    const { status, body } = await office.create({
      kind: 'enquiry',
      grade: 'major',
      urgent: true,
      occurredAt: later,
      receivedAt: later,
      propertyId: newId('property'),
      reporter: { customerId: newId('customer') },
    });
    expect(status).toBe(400);
    expect(body.errors.map(({ path, code }: { path: string; code: string }) => [path, code])).toEqual([
      ['/body/grade', 'not_applicable'],
      ['/body/urgent', 'not_applicable'],
      ['/body/occurredAt', 'in_the_future'],
      ['/body/receivedAt', 'in_the_future'],
      ['/body/propertyId', 'not_found'],
      ['/body/reporter/customerId', 'not_found'],
    ]);
  });
});

describe('the number of who called', () => {
  it('is shown to who may read customers\u2019 files, to who has the ticket in hand and to who took it; others see its end', async () => {
    const reporter = { name: '林女士', phone: '13812345678' };
    const veiled = { name: '林女士', maskedPhone: '138****5678' };
    const { id } = (await office.create({ reporter })).body;
    const guard = staffOf(office.tenantId, ['guard'], await addStaff(office.table));
    const seenBy = async (who: typeof guard) => (await office.get(id, who)).body.reporter;
    for (const who of [office.desk, office.supervisor, office.key])
      expect(await seenBy(who)).toEqual(reporter);
    for (const who of [office.engineer, guard]) expect(await seenBy(who)).toEqual(veiled);
    expect((await office.step(id, 'progress', { note: 'At the door' }, guard)).body.reporter).toEqual(veiled);
    // The engineer is given the way to the customer with the order.
    await office.step(id, 'dispatch', order(office.engineer.id));
    expect([await seenBy(office.engineer), await seenBy(guard)]).toEqual([reporter, veiled]);
    await office.step(id, 'handover', { toStaffId: guard.id, reason: 'Night' });
    expect(await seenBy(guard)).toEqual(reporter);
    const own = await office.create({ reporter }, guard);
    expect(own.body.reporter).toEqual(reporter);
    expect((await office.get(own.body.id, guard)).body.reporter).toEqual(reporter);
  });
});

describe('a complaint', () => {
  it('runs from the call to closed, each step with its deadline and its record', async () => {
    const created = await office.create({ grade: 'major', description: '三号楼全部楼层没有水。' });
    expect(created.status).toBe(201);
    const { id } = created.body;
    expect(created.headers).toMatchObject({ location: `/v1/tickets/${id}`, etag: '"1"' });
    expect(created.body).toMatchObject({
      status: 'received',
      grade: 'major',
      ownerId: office.desk.id,
      recordedBy: `staff:${office.desk.id}`,
      // The working day after the holiday (rulebook, worked case).
      dueAt: '2026-10-08T09:30:00.000Z',
      obligations: [{ ruleId: 'TICKET-3.major', key: 'resolve#1', dueAt: '2026-10-08T09:30:00.000Z' }],
    });
    const dispatched = await office.step(id, 'dispatch', order(office.engineer.id));
    expect(dispatched.body).toMatchObject({
      status: 'dispatched',
      // The ticket itself is due when it was.
      dueAt: '2026-10-08T09:30:00.000Z',
      order: { assigneeId: office.engineer.id },
      obligations: [{ key: 'resolve#1' }, { key: 'order#2', ruleId: 'TICKET-6.order' }],
    });
    const note = { note: 'Pump open', delayReason: 'The seal comes tomorrow' };
    expect((await office.step(id, 'progress', note, office.engineer)).body.status).toBe('inProgress');
    const resolved = await office.step(id, 'resolve', done, office.engineer);
    expect(resolved.body).toMatchObject({
      status: 'resolved',
      dueAt: '2026-10-08T09:30:00.000Z',
      obligations: [{ ruleId: 'CALLBACK-1', key: 'callback#3' }],
    });
    const unsigned = await office.step(id, 'callbacks', satisfied);
    expect(unsigned.body).toMatchObject({ status: 'resolved', callback: { outcome: 'satisfied' } });
    expect((await office.get(id)).body).toEqual(unsigned.body);
    const events = await office.events(id);
    expect(events.map((event) => event.type)).toEqual([
      'ticket.created',
      'ticket.dispatched',
      'ticket.progressed',
      'ticket.resolved',
      'ticket.calledBack',
    ]);
    expect(events[3]?.data).toMatchObject({ kind: 'complaint', inTime: true, ruleId: 'TICKET-3.major' });
    expect(events[4]?.data.missing).toBe('signature');
  });

  it('whose customer is not satisfied is done again, with a new deadline and counted', async () => {
    const { id } = (await office.create()).body;
    await office.step(id, 'resolve', done);
    const { body } = await office.step(id, 'callbacks', unsatisfied);
    expect(body).toMatchObject({
      status: 'reopened',
      rework: 1,
      callback: { outcome: 'unsatisfied', reason: 'Still dry' },
      obligations: [{ ruleId: 'CALLBACK-5.general', key: 'resolve#3', dueAt: '2026-10-10T09:30:00.000Z' }],
    });
  });

  it('whose customer cannot be reached goes to the supervisor, who alone decides', async () => {
    const { id } = (await office.create()).body;
    await office.step(id, 'resolve', done);
    for (let attempt = 1; attempt <= 2; attempt++) {
      const { body } = await office.step(id, 'callbacks', unreached);
      expect([body.attempts, body.obligations[0].ruleId]).toEqual([attempt, 'CALLBACK-2']);
    }
    const third = (await office.step(id, 'callbacks', unreached)).body;
    expect([third.attempts, third.obligations[0].ruleId]).toEqual([3, 'CALLBACK-6']);
    expect((await office.step(id, 'callbacks', unreached)).status).toBe(409);
    const decision = { outcome: 'decided', decision: 'setAside', reason: 'Moved away' };
    expect((await office.step(id, 'callbacks', decision)).status).toBe(403);
    const { body } = await office.step(id, 'callbacks', decision, office.supervisor);
    expect(body).toMatchObject({ status: 'unconfirmed', obligations: [] });
    expect(body.dueAt).toBeUndefined();
  });

  it('that is critical is to be reported upwards at once', async () => {
    const { body } = await office.create({ handling: 'critical' });
    expect(body.obligations).toMatchObject([
      { ruleId: 'TICKET-3.general' },
      { ruleId: 'TICKET-4.critical', dueAt: '2026-09-30T03:00:00.000Z' },
    ]);
    const told = await office.step(body.id, 'escalate', { to: 'lead', reason: 'Water in the lift shaft' });
    expect(told.body.obligations).toHaveLength(1);
    expect(told.body.escalatedTo).toBe('lead');
  });
});

describe('a repair', () => {
  it('is closed by a satisfied callback on the phone, unsigned', async () => {
    const { id } = (await office.create({ kind: 'repair', urgent: true })).body;
    const resolved = await office.step(id, 'resolve', done, office.engineer);
    expect(resolved.body.obligations).toMatchObject([
      { ruleId: 'CALLBACK-4', dueAt: '2026-09-30T09:30:00.000Z' },
    ]);
    const { body } = await office.step(id, 'callbacks', satisfied);
    expect(body).toMatchObject({ status: 'closed', openSteps: [], obligations: [] });
    expect((await office.events(id)).map((event) => event.type)).toContain('ticket.closed');
  });

  it('of a share that is not called back ends unconfirmed (CALLBACK-8)', async () => {
    const quiet = await makeOffice(tableName, handler);
    const policy = { effectiveFrom: '2026-01-01', callbacks: { repairSharePercent: 0 } };
    await quiet.table.commit([
      {
        put: {
          ...keys.policyCurrent(quiet.tenantId),
          et: 'policy',
          v: 1,
          rest: { versions: [{ version: 1, effectiveFrom: '2026-01-01', override: policy }] },
        },
        expect: 'new',
      },
    ]);
    const repair = (await quiet.create({ kind: 'repair' })).body;
    expect((await quiet.step(repair.id, 'resolve', done)).body).toMatchObject({
      status: 'unconfirmed',
      obligations: [],
    });
    const other = (await quiet.create()).body;
    expect((await quiet.step(other.id, 'resolve', done)).body.status).toBe('resolved');
  });
});

describe('the other steps', () => {
  it('hand over on record, with everything owed, to active staff only', async () => {
    const { id } = (await office.create()).body;
    const next = await addStaff(office.table);
    const left = await addStaff(office.table, undefined, false);
    for (const toStaffId of [left, newId('staff')]) {
      const refused = await office.step(id, 'handover', { toStaffId, reason: 'Shift' });
      expect([refused.status, refused.body.errors[0].path]).toEqual([400, '/body/toStaffId']);
    }
    const { body } = await office.step(id, 'handover', { toStaffId: next, reason: 'Shift' });
    expect(body.ownerId).toBe(next);
    const { obligation } = await office.table.load({
      obligation: keys.obligation(office.tenantId, id, body.obligations[0].id),
    });
    expect(obligation && listedOf(obligation).ownerId).toBe(next);
    expect((await office.step(id, 'handover', { toStaffId: next, reason: 'Shift' })).status).toBe(409);
  });

  it('dispatch only to active staff and not into the past', async () => {
    const { id } = (await office.create()).body;
    expect((await office.step(id, 'dispatch', order(newId('staff')))).body.errors[0].path).toBe(
      '/body/assigneeId',
    );
    const late = { ...order(office.engineer.id), dueAt: '2026-09-30T09:59:00+08:00' };
    expect((await office.step(id, 'dispatch', late)).body.errors[0].path).toBe('/body/dueAt');
  });

  it('dispatch an order that whoever gets it owes by its own time, until it is done or given anew (TICKET-6)', async () => {
    const { id } = (await office.create()).body;
    const [next, other] = [await addStaff(office.table), await addStaff(office.table)];
    const owed = async (body: { obligations: { id: string; key: string }[] }) => {
      const found: Record<string, Item | undefined> = await office.table.load(
        Object.fromEntries(
          body.obligations.map((one) => [one.key, keys.obligation(office.tenantId, id, one.id)]),
        ),
      );
      return Object.entries(found).map(([key, item]) => {
        const { ownerId, dueAt, status } = listedOf(item as Item);
        return [key, ownerId, dueAt.slice(0, 16), status];
      });
    };
    const resolve = ['resolve#1', office.desk.id, '2026-10-10T09:30', 'open'];
    const dispatched = (await office.step(id, 'dispatch', order(office.engineer.id))).body;
    expect(await owed(dispatched)).toEqual([
      resolve,
      ['order#2', office.engineer.id, '2026-10-08T04:00', 'open'],
    ]);
    // The ticket is somebody else's then; the order stays where it is.
    const handed = (await office.step(id, 'handover', { toStaffId: next, reason: 'Shift' })).body;
    expect(await owed(handed)).toEqual([
      ['resolve#1', next, '2026-10-10T09:30', 'open'],
      ['order#2', office.engineer.id, '2026-10-08T04:00', 'open'],
    ]);
    const again = (await office.step(id, 'dispatch', order(next))).body;
    expect(again.obligations.map(({ key }: { key: string }) => key)).toEqual(['resolve#1', 'order#3']);
    expect(await owed(dispatched)).toContainEqual([
      'order#2',
      office.engineer.id,
      '2026-10-08T04:00',
      'cancelled',
    ]);
    // Whoever has both hands over both.
    const both = (await office.step(id, 'handover', { toStaffId: other, reason: 'Shift' })).body;
    expect((await owed(both)).map(([key, ownerId]) => [key, ownerId])).toEqual([
      ['resolve#1', other],
      ['order#3', other],
    ]);
    await office.step(id, 'resolve', done);
    expect((await owed(both)).map(([, , , status]) => status)).toEqual(['discharged', 'discharged']);
  });

  it('skip a step of escalation only in an emergency, reported afterwards', async () => {
    const { id } = (await office.create()).body;
    const skip = { to: 'manager', reason: 'Fire' };
    const refused = await office.step(id, 'escalate', skip);
    expect([refused.status, refused.body.next]).toEqual([422, 'lead']);
    const { body } = await office.step(id, 'escalate', { ...skip, emergency: true });
    expect(body.obligations[1]).toMatchObject({ ruleId: 'TICKET-5', key: 'report#2' });
    const reported = await office.step(id, 'escalation-reports', { text: 'Nobody answered' });
    expect(reported.body.obligations).toHaveLength(1);
    expect((await office.step(id, 'escalation-reports', { text: 'Again' })).status).toBe(409);
  });

  it('withdraw: nothing is owed any more and nothing is open', async () => {
    const { id } = (await office.create()).body;
    const { body } = await office.step(id, 'withdraw', { reason: 'Found the tap' });
    expect(body).toMatchObject({ status: 'withdrawn', obligations: [], openSteps: [] });
    const refused = await office.step(id, 'resolve', done);
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({ openSteps: [], type: expect.stringContaining('wrong-state') });
  });

  it('link a duplicate, which both tickets show', async () => {
    const first = (await office.create()).body;
    const second = (await office.create()).body;
    const { body } = await office.step(second.id, 'link', { duplicateOf: first.id });
    expect(body).toMatchObject({ status: 'duplicate', duplicateOf: first.id, obligations: [] });
    expect((await office.get(first.id)).body).toMatchObject({ duplicates: [second.id], version: 2 });
    const third = (await office.create()).body;
    expect((await office.step(third.id, 'link', { duplicateOf: second.id })).status).toBe(422);
    for (const duplicateOf of [third.id, newId('ticket')]) {
      expect((await office.step(third.id, 'link', { duplicateOf })).body.errors[0].path).toBe(
        '/body/duplicateOf',
      );
    }
  });

  it('link to what is over: never, the matter would be over without a word of this customer', async () => {
    const over = (await office.create({ kind: 'repair' })).body;
    await office.step(over.id, 'resolve', done);
    const again = (await office.create()).body;
    expect((await office.step(again.id, 'link', { duplicateOf: over.id })).status).toBe(200);
    await office.step(over.id, 'callbacks', satisfied);
    const third = (await office.create()).body;
    const refused = await office.step(third.id, 'link', { duplicateOf: over.id });
    expect(refused.status).toBe(422);
    expect(refused.body.detail).toBe('That ticket is over (closed) and carries no other on (TICKET-10).');
    expect((await office.get(third.id)).body.status).toBe('received');
  });

  it('refuse, saying which are open now', async () => {
    const { id } = (await office.create()).body;
    const refused = await office.step(id, 'callbacks', satisfied);
    expect(refused.status).toBe(409);
    expect(refused.body.openSteps).toEqual([
      'dispatch',
      'progress',
      'resolve',
      'handover',
      'escalate',
      'withdraw',
      'link',
      'attach',
    ]);
  });

  it('go from the version the caller read, or not at all', async () => {
    const { id } = (await office.create()).body;
    const note = { note: 'On it' };
    expect((await office.step(id, 'progress', note, office.desk, { 'if-match': '"1"' })).headers.etag).toBe(
      '"2"',
    );
    expect((await office.step(id, 'progress', note, office.desk, { 'if-match': '"1"' })).status).toBe(412);
    expect((await office.get(id)).body.version).toBe(2);
  });

  it('that meet at one moment all go through, one after the other', async () => {
    const { id } = (await office.create()).body;
    const notes = ['a', 'b', 'c'].map((note) => office.step(id, 'progress', { note }));
    expect((await Promise.all(notes)).map((answer) => answer.status)).toEqual([200, 200, 200]);
    const told = (await office.events(id)).slice(1).map((event) => event.data.note);
    expect(told.sort()).toEqual(['a', 'b', 'c']);
  });

  it('are refused with a key that is none', async () => {
    const { id } = (await office.create()).body;
    for (const key of [' x', 'x ', 'x y', '键', 'x'.repeat(129)]) {
      const answer = await office.step(id, 'progress', { note: 'x' }, office.desk, {
        'idempotency-key': key,
      });
      expect([answer.status, answer.body.errors[0].path]).toEqual([400, '/header/idempotency-key']);
    }
    expect(await office.events(id)).toHaveLength(1);
  });

  it('replay when the same request comes again', async () => {
    const { id } = (await office.create()).body;
    const headers = { 'idempotency-key': 'once' };
    const first = await office.step(id, 'progress', { note: 'Once' }, office.desk, headers);
    const second = await office.step(id, 'progress', { note: 'Once' }, office.desk, headers);
    expect(second.body).toEqual(first.body);
    expect(await office.events(id)).toHaveLength(2);
  });
});

describe('every route', () => {
  const id = newId('ticket');
  const routes: [route: string, body?: unknown][] = [
    ['POST /v1/tickets', { ...complaint, propertyId: newId('property') }],
    ['GET /v1/tickets'],
    ['GET /v1/tickets/{id}'],
    ['GET /v1/tickets/{id}/events'],
    ['POST /v1/tickets/{id}/dispatch', order(newId('staff'))],
    ['POST /v1/tickets/{id}/progress', { note: 'x' }],
    ['POST /v1/tickets/{id}/resolve', done],
    ['POST /v1/tickets/{id}/callbacks', satisfied],
    ['POST /v1/tickets/{id}/handover', { toStaffId: newId('staff'), reason: 'x' }],
    ['POST /v1/tickets/{id}/escalate', { to: 'lead', reason: 'x' }],
    ['POST /v1/tickets/{id}/escalation-reports', { text: 'x' }],
    ['POST /v1/tickets/{id}/withdraw', { reason: 'x' }],
    ['POST /v1/tickets/{id}/link', { duplicateOf: newId('ticket') }],
    ['POST /v1/tickets/{id}/confirmation-links'],
    ['POST /v1/tickets/{id}/attachments', { name: 'a.png', contentType: 'image/png', size: 1 }],
    ['POST /v1/tickets/{id}/attachments/{attachmentId}/complete'],
    ['GET /v1/tickets/{id}/attachments/{attachmentId}'],
  ];
  const attachmentId = newId('attachment');
  const ask = (route: string, who: Parameters<typeof call>[1], body: unknown, ticket = id) =>
    call(handler as never, who, route, { params: { id: ticket, attachmentId }, body });

  it.each(routes)('%s asks who is calling, and for the scope', async (route, body) => {
    expect((await ask(route, undefined, body)).status).toBe(401);
    expect((await ask(route, keyOf(office.tenantId, ['reports:read']), body)).status).toBe(403);
  });

  it.each(routes.filter(([route]) => route.includes('{id}')))(
    '%s knows no ticket of another office',
    async (route, body) => {
      const { id: theirs } = (await office.create()).body;
      const stranger = staffOf(newId('tenant'), ['owner']);
      const other = await ask(route, stranger, body, theirs);
      const none = await ask(route, stranger, body, newId('ticket'));
      expect(other.status).toBe(404);
      expect({ ...other.body, requestId: '' }).toEqual({ ...none.body, requestId: '' });
    },
  );

  it.each(routes)('%s of a suspended office reads and does not write', async (route, body) => {
    const answer = await ask(route, { ...office.manager, suspended: true }, body);
    if (route.startsWith('GET')) expect([200, 404]).toContain(answer.status);
    else
      expect([answer.status, answer.body.type]).toEqual([403, expect.stringContaining('tenant-suspended')]);
  });
});
