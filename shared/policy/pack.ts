import type { Period } from '../time/index.ts';
import type { Channel, DunningPolicy, Ladder, LadderStep, Policy, Recipient, Rule } from './types.ts';

/**
 * The standard policy pack (标准制度包): the figures of the regulations as rules with their ids, and our own
 * (`basis: 'house'`) where the regulations set none. An office overrides any of them.
 */

const hours = (n: number): Period => ({ unit: 'hours', n });
const workingDays = (n: number): Period => ({ unit: 'workingDays', n });
const weeks = (n: number): Period => ({ unit: 'weeks', n });
const sameDay: Period = { unit: 'sameDay' };

const rule = (
  period: Period,
  ladder: string,
  en: string,
  zh: string,
  basis: Rule['basis'] = 'house',
): Rule => ({
  title: { en, zh },
  period,
  ladder,
  basis,
});

const rules = {
  'TICKET-3.major': rule(
    workingDays(1),
    'resolve',
    'Rectify a major complaint',
    '重大投诉整改',
    'regulation',
  ),
  'TICKET-3.general': rule(
    workingDays(3),
    'resolve',
    'Rectify a general complaint',
    '一般投诉整改',
    'regulation',
  ),
  // TICKET-4 says "at once"; within the hour the superior has to have been told on record.
  'TICKET-4.serious': rule(hours(1), 'superior', 'Report a serious case upwards', '严重问题上报'),
  'TICKET-4.critical': rule(hours(1), 'superior', 'Report a critical case upwards', '危急问题立即上报'),
  // TICKET-5 wants a skipped step reported afterwards, but gives no figure.
  'TICKET-5': rule(workingDays(1), 'resolve', 'Report a skipped step afterwards', '越级事后补报'),
  // TICKET-6 wants a "by when" on every service order and urgent ones first, but gives no figure.
  'TICKET-6.urgent': rule(hours(24), 'urgent', 'Finish an urgent repair', '紧急报修处理'),
  'TICKET-6.normal': rule(workingDays(3), 'resolve', 'Finish a repair', '一般报修处理'),
  // By when is the order's own to say; who is told then is the office's.
  'TICKET-6.order': rule({ unit: 'named' }, 'order', 'Carry out a service order', '服务单按时完成'),
  'TICKET-8': rule(hours(24), 'answer', 'Give an enquiry its first answer', '咨询首次答复', 'regulation'),
  // TICKET-12 wants an answer to everything asked, but gives no figure.
  'TICKET-12': rule(workingDays(3), 'resolve', 'Answer a suggestion', '建议答复'),
  'CALLBACK-1': rule(weeks(1), 'callback', 'Call back after a major complaint', '重大投诉回访', 'regulation'),
  'CALLBACK-2': rule(
    weeks(2),
    'callback',
    'Call back after a general complaint',
    '一般投诉回访',
    'regulation',
  ),
  'CALLBACK-4': rule(
    sameDay,
    'sameDay',
    'Call back after any other request',
    '其他诉求当日回访',
    'regulation',
  ),
  // CALLBACK-5 gives rework a new deadline without a figure: complaints have their grade's, the rest a day.
  'CALLBACK-5.major': rule(workingDays(1), 'resolve', 'Rework a major complaint', '重大投诉返工'),
  'CALLBACK-5.general': rule(workingDays(3), 'resolve', 'Rework a general complaint', '一般投诉返工'),
  'CALLBACK-5.urgent': rule(hours(24), 'urgent', 'Rework an urgent repair', '紧急报修返工'),
  'CALLBACK-5.other': rule(workingDays(1), 'resolve', 'Rework any other request', '其他诉求返工'),
  'CALLBACK-6': rule(
    workingDays(1),
    'decide',
    'Decide on a customer who cannot be reached',
    '未能联系客户的处理决定',
  ),
  // CALLBACK-7 says what comes before the call, not how soon it follows.
  'CALLBACK-7': rule(workingDays(3), 'callback', 'Call back after a paid service', '特约服务电话回访'),
  // FEE-6 names the steps of a paid service without figures.
  'FEE-6.offer': rule(workingDays(1), 'resolve', 'Agree on a paid service', '特约服务确认'),
  'FEE-6.execute': rule(workingDays(3), 'resolve', 'Carry out a paid service', '特约服务实施'),
  'FEE-6.notice': rule(workingDays(1), 'resolve', 'Deliver the payment notice', '缴费通知单送达'),
  // FEE-4 names the stages of dunning; how long a person has for each is not said there.
  'FEE-4.notice': rule(workingDays(3), 'resolve', 'Serve a payment notice', '催费通知书送达签收'),
  'FEE-4.visit': rule(workingDays(3), 'resolve', 'Visit or call about arrears', '上门或电话催费'),
  'FEE-4.decision': rule(
    workingDays(5),
    'manage',
    'Decide on arrears after the formal letter',
    '正式函件后的欠费处理决定',
  ),
  'FEE-5': rule(workingDays(5), 'resolve', 'Settle a dispute about a bill', '账单异议处理'),
} satisfies Record<string, Rule>;

export type RuleId = keyof typeof rules;
export const ruleIds = Object.keys(rules) as RuleId[];

const step = (
  at: LadderStep['at'],
  kind: LadderStep['kind'],
  to: Recipient[],
  more: Partial<LadderStep> = {},
): LadderStep => ({ at, kind, to, channels: everywhere, ...more });

const everywhere: Channel[] = ['inbox', 'email', 'robot', 'webhook'];
const quietly: Partial<LadderStep> = { channels: ['inbox', 'webhook'], merge: true };
const loudly: Partial<LadderStep> = { critical: true };

/** At due the owner hears it is due and the lead that it was not done: the first step upwards (TICKET-5). */
const atDue = (more: Partial<LadderStep> = {}): Ladder => [
  step('due', 'due', ['owner'], more),
  step('due', 'escalate', ['lead'], more),
];

/** TICKET-7: what stays undone is followed every working day. */
const daily: Partial<LadderStep> = {
  repeat: { every: { unit: 'workingDays', n: 1 }, max: 5 },
  merge: true,
};

const upwards: Ladder = [
  step({ after: { unit: 'workingDays', n: 1 } }, 'escalate', ['supervisor']),
  step({ after: { unit: 'workingDays', n: 2 } }, 'escalate', ['manager'], daily),
];

const ladders = {
  resolve: [
    step({ before: 'half' }, 'remind', ['owner'], quietly),
    step({ before: { unit: 'hours', n: 2 } }, 'remind', ['owner'], { merge: true }),
    ...atDue(),
    ...upwards,
  ],
  urgent: [
    step({ before: 'half' }, 'remind', ['owner'], { ...loudly, merge: true }),
    step({ before: { unit: 'hours', n: 2 } }, 'remind', ['owner', 'lead'], { ...loudly, merge: true }),
    ...atDue(loudly),
    step({ after: { unit: 'hours', n: 2 } }, 'escalate', ['supervisor'], loudly),
    step({ after: { unit: 'hours', n: 4 } }, 'escalate', ['manager'], {
      ...loudly,
      repeat: { every: { unit: 'hours', n: 4 }, max: 5 },
      merge: true,
    }),
  ],
  // Each level hears of a late order once: what comes back every day is the ticket, by its own ladder (TICKET-7).
  order: [
    step({ before: 'half' }, 'remind', ['owner'], quietly),
    ...atDue(),
    step({ after: { unit: 'workingDays', n: 1 } }, 'escalate', ['supervisor']),
    step({ after: { unit: 'workingDays', n: 2 } }, 'escalate', ['manager']),
  ],
  // An hour before due is at once: nobody waits for the one who should report.
  superior: [
    step({ before: { unit: 'hours', n: 1 } }, 'escalate', ['lead']),
    step('due', 'escalate', ['supervisor']),
    step({ after: { unit: 'hours', n: 2 } }, 'escalate', ['manager']),
  ],
  answer: [
    step({ before: 'half' }, 'remind', ['owner'], quietly),
    step({ before: { unit: 'hours', n: 2 } }, 'remind', ['owner'], { merge: true }),
    ...atDue(),
    step({ after: { unit: 'hours', n: 4 } }, 'escalate', ['supervisor']),
    step({ after: { unit: 'workingDays', n: 1 } }, 'escalate', ['manager'], daily),
  ],
  callback: [
    step({ before: { unit: 'workingDays', n: 2 } }, 'remind', ['owner'], quietly),
    step({ before: { unit: 'hours', n: 4 } }, 'remind', ['owner'], { merge: true }),
    ...atDue(),
    ...upwards,
  ],
  sameDay: [
    step({ before: { unit: 'hours', n: 1 } }, 'remind', ['owner'], { merge: true }),
    ...atDue(),
    ...upwards,
  ],
  decide: [
    step({ before: 'half' }, 'remind', ['supervisor'], quietly),
    step('due', 'due', ['supervisor']),
    step({ after: { unit: 'workingDays', n: 1 } }, 'escalate', ['manager'], daily),
  ],
  // What only the manager can decide has nobody above to hear of it: it comes back every working day.
  manage: [step({ before: 'half' }, 'remind', ['manager'], quietly), step('due', 'due', ['manager'], daily)],
} satisfies Record<string, Ladder>;

/** FEE-4: by days from the due day. The stages are the regulations', their distances the product's own. */
const dunning: DunningPolicy = {
  steps: {
    friendly: { day: -3, kind: 'message' },
    reminder: { day: 1, kind: 'message' },
    second: { day: 7, kind: 'message' },
    notice: { day: 15, kind: 'notice' },
    visit: { day: 30, kind: 'visit' },
    letter: { day: 60, kind: 'letter' },
  },
  restDays: 14,
  // Who asks for time still owes: days are forgiven only by an office that says so.
  lateFee: {
    on: false,
    afterDays: 30,
    ratePerDay: '0.0005',
    compounding: false,
    capPercent: 100,
    pausesFor: [],
  },
};

export const standardPack: Policy = {
  version: 0,
  rules,
  ladders,
  callbacks: { attempts: 3, repairSharePercent: 100 },
  quietHours: { respect: true, exceptCritical: true },
  digest: { roles: [] },
  dunning,
};
