import type { Acting } from './act.ts';
import type { Known } from './memory.ts';

/** What people do with tickets. */

const titles = ['三号楼停水', '电梯异响', '咨询停车', '路灯不亮', '楼道堆物', '希望增设健身器材'];

export function contact({ dice, office, memory, post }: Acting) {
  const kind = dice.weighed({ complaint: 4, repair: 4, enquiry: 2, suggestion: 1 });
  const unit = dice.pick(office.units);
  const byProgram = dice.chance(0.4);
  const body = {
    kind,
    ...(kind === 'complaint' && { grade: dice.pick(['major', 'general']) }),
    ...(kind === 'repair' && { urgent: dice.chance(0.3) }),
    handling: dice.weighed({ simple: 80, serious: 12, critical: 8 }),
    channel: byProgram ? 'api' : 'phone',
    propertyId: office.propertyId,
    title: dice.pick(titles),
    category: dice.pick(['water', 'lift', 'other']),
    ...(dice.chance(0.7) && { unitId: unit.id }),
    ...(byProgram && { externalId: `call-${dice.between(1, 1_000_000_000)}` }),
  };
  const who = byProgram ? office.key : office.staff.desk;
  if (byProgram) memory.externalIds.push({ name: '', who, route: 'POST /v1/tickets', body });
  return post(who, 'POST /v1/tickets', body);
}

/** A program that does not know whether its post was taken posts it once more, as a new request. */
export async function postedTwice({ dice, memory, post }: Acting) {
  const again = memory.externalIds.length > 0 && dice.pick(memory.externalIds);
  if (again !== false && again.who) await post(again.who, again.route, again.body);
}

const some = (known: Iterable<Known>, step: string) =>
  [...known].filter(({ openSteps }) => openSteps.includes(step));

export async function work({ dice, office, memory, post, now }: Acting) {
  const open = some(memory.tickets.values(), 'resolve');
  if (open.length === 0) return;
  const ticket = dice.pick(open);
  const { staff } = office;
  const step = dice.weighed({
    dispatch: ticket.status === 'received' || ticket.status === 'reopened' ? 30 : 5,
    progress: 15,
    resolve: 50,
    escalate: 6,
    handover: 5,
    withdraw: 2,
    link: 3,
    report: 2,
  });
  const params = { id: ticket.id };
  const on = (path: string) => `POST /v1/tickets/{id}/${path}`;
  switch (step) {
    case 'dispatch': {
      const dueAt = new Date(now() + dice.between(3, 96) * 3_600_000).toISOString();
      return post(
        staff.desk,
        on('dispatch'),
        { assigneeId: staff.engineer.id, what: '检修', dueAt, given: dice.pick(['spoken', 'printed']) },
        params,
      );
    }
    case 'progress':
      return post(staff.engineer, on('progress'), { note: '等待配件' }, params);
    case 'resolve':
      return post(
        staff.engineer,
        on('resolve'),
        { what: '已更换', cause: dice.pick(['wear', 'misuse']) },
        params,
      );
    case 'escalate': {
      const levels = ['lead', 'supervisor', 'manager'];
      const next = levels[levels.indexOf(ticket.escalatedTo ?? '') + 1] ?? 'manager';
      const skips = dice.chance(0.3);
      const to = skips ? 'manager' : next;
      return post(staff.desk, on('escalate'), { to, reason: '业主情绪激动', emergency: skips }, params);
    }
    case 'handover':
      return post(
        staff.desk,
        on('handover'),
        { toStaffId: dice.pick([staff.desk, staff.supervisor]).id, reason: '交班' },
        params,
      );
    case 'withdraw':
      return post(staff.desk, on('withdraw'), { reason: '业主撤回' }, params);
    case 'link': {
      const others = [...memory.tickets.keys()].filter((id) => id !== ticket.id);
      if (others.length === 0) return;
      return post(staff.desk, on('link'), { duplicateOf: dice.pick(others) }, params);
    }
    case 'report':
      return post(staff.desk, on('escalation-reports'), { text: '事后补报' }, params);
  }
}

const asked = { attitude: 'good', quality: 'fair', charged: false, cashTaken: false } as const;

export async function callback({ dice, office, memory, post }: Acting) {
  const open = [...some(memory.tickets.values(), 'callback'), ...some(memory.tickets.values(), 'decide')];
  if (open.length === 0) return;
  const ticket = dice.pick(open);
  const { staff } = office;
  const record = (who: typeof staff.desk, body: unknown) =>
    post(who, 'POST /v1/tickets/{id}/callbacks', body, { id: ticket.id });
  if (ticket.openSteps.includes('decide')) {
    const decision = dice.pick(['keepTrying', 'setAside', 'reopen']);
    return record(staff.supervisor, { outcome: 'decided', decision, reason: '多次联系未果' });
  }
  const method = dice.pick(['phone', 'phone', 'visit'] as const);
  switch (dice.weighed({ satisfied: 50, unsatisfied: 25, unreached: 35 })) {
    case 'satisfied':
      return record(staff.desk, { outcome: 'satisfied', method, ...asked, solved: true, score: 9 });
    case 'unsatisfied':
      return record(staff.desk, {
        outcome: 'unsatisfied',
        method,
        ...asked,
        solved: false,
        score: 3,
        reason: '又坏了',
      });
    case 'unreached':
      return record(staff.desk, { outcome: 'unreached', method });
  }
}

export async function confirmByLink({ dice, office, memory, post, form, wait }: Acting) {
  const open = some(memory.tickets.values(), 'confirmationLink');
  if (open.length === 0) return;
  const made = await post(office.staff.desk, 'POST /v1/tickets/{id}/confirmation-links', undefined, {
    id: dice.pick(open).id,
  });
  if (made.status !== 200) return;
  await wait(dice.between(60_000, 2 * 86_400_000));
  const satisfied = dice.chance(0.7) ? 'yes' : 'no';
  const answers = {
    solved: satisfied,
    satisfied,
    attitude: 'good',
    quality: 'good',
    charged: 'no',
    cashTaken: 'no',
  };
  return form(
    'POST /c/{token}',
    { ...answers, score: '8', name: '张伟' },
    { token: made.body.url.split('/c/')[1] },
  );
}
