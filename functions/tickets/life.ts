/** The life of a ticket as data: what there is, which step leads from where to where. */

/** What a customer comes with. */
export const contactKinds = ['complaint', 'repair', 'enquiry', 'suggestion'] as const;

/**
 * A `service` carries an order of a paid service (特约服务, FEE-6): work, deadlines and callback are the ticket's, price and money the
 * order's. It begins and goes on through its order (functions/services).
 */
export const kinds = [...contactKinds, 'service'] as const;
export type Kind = (typeof kinds)[number];

/** The channels a contact can come by (TICKET-1). */
export const channels = ['phone', 'counter', 'wechat', 'letter', 'email', 'api', 'survey', 'patrol'] as const;
export type Channel = (typeof channels)[number];

/** TICKET-3; complaints only. */
export const grades = ['major', 'general'] as const;
export type Grade = (typeof grades)[number];

/** TICKET-4. */
export const handlings = ['simple', 'serious', 'critical'] as const;
export type Handling = (typeof handlings)[number];

/** TICKET-6: a service order is spoken or printed. */
export const givens = ['spoken', 'printed'] as const;
export type Given = (typeof givens)[number];

/** TICKET-14: what was behind it. */
export const causes = ['wear', 'workmanship', 'misuse', 'service', 'thirdParty', 'weather', 'other'] as const;
export type Cause = (typeof causes)[number];

/** What a customer may say of attitude and quality (CALLBACK-3). */
export const answers = ['good', 'fair', 'poor'] as const;
export type Answer = (typeof answers)[number];

/** The ladder of TICKET-5, lowest first. */
export const levels = ['lead', 'supervisor', 'manager'] as const;
export type Level = (typeof levels)[number];

/**
 * `closed` means that the customer said so, and nothing else does (TICKET-10). Where nobody could or had to be asked
 * (CALLBACK-6, CALLBACK-8) a finished ticket is `unconfirmed`: nothing is owed any more, yet the customer may still speak.
 */
export const statuses = [
  'received',
  'dispatched',
  'inProgress',
  'resolved',
  'reopened',
  'unconfirmed',
  'closed',
  'withdrawn',
  'duplicate',
] as const;
export type Status = (typeof statuses)[number];

/** The steps by the names callers know them under. */
export const steps = [
  'dispatch',
  'progress',
  'resolve',
  'callback',
  'decide',
  'handover',
  'escalate',
  'report',
  'withdraw',
  'link',
  'confirmationLink',
  'attach',
  /** whatever the order of a paid service does next */
  'service',
] as const;
export type Step = (typeof steps)[number];

/** Steps whose outcome decides where they lead, written out. */
export const moves = [
  'dispatch',
  'progress',
  'resolve',
  /** resolved, and not among the repairs that are called back (CALLBACK-8) */
  'resolve.unasked',
  'callback.satisfied',
  /** satisfied, the signature still missing */
  'callback.unsigned',
  'callback.unsatisfied',
  'callback.unreached',
  'decide.keepTrying',
  'decide.setAside',
  'decide.reopen',
  'handover',
  'escalate',
  'report',
  'withdraw',
  'link',
  'confirmationLink',
  'attach',
  /** quoted, agreed, executed */
  'service.goOn',
  /** the payment notice was delivered: the callback is owed (CALLBACK-7) */
  'service.delivered',
  'service.cancelled',
  /** not as it should be within its warranty: to be done again, free of charge */
  'service.reclaimed',
] as const;
export type Move = (typeof moves)[number];

/** Where a move leads from a state; a move that is not listed is not open there. */
export type Transitions = Record<Status, Partial<Record<Move, Status>>>;

const atWork = (status: Status): Partial<Record<Move, Status>> => ({
  dispatch: 'dispatched',
  progress: 'inProgress',
  resolve: 'resolved',
  'resolve.unasked': 'unconfirmed',
  handover: status,
  escalate: status,
  report: status,
  withdraw: 'withdrawn',
  link: 'duplicate',
  attach: status,
  'service.goOn': status,
  'service.delivered': 'resolved',
  'service.cancelled': 'withdrawn',
});

export const transitions: Transitions = {
  received: atWork('received'),
  dispatched: atWork('dispatched'),
  inProgress: atWork('inProgress'),
  reopened: atWork('reopened'),
  resolved: {
    'callback.satisfied': 'closed',
    'callback.unsigned': 'resolved',
    'callback.unsatisfied': 'reopened',
    'callback.unreached': 'resolved',
    'decide.keepTrying': 'resolved',
    'decide.setAside': 'unconfirmed',
    'decide.reopen': 'reopened',
    handover: 'resolved',
    escalate: 'resolved',
    report: 'resolved',
    withdraw: 'withdrawn',
    confirmationLink: 'resolved',
    attach: 'resolved',
  },
  unconfirmed: {
    'callback.satisfied': 'closed',
    'callback.unsigned': 'unconfirmed',
    'callback.unsatisfied': 'reopened',
    report: 'unconfirmed',
    confirmationLink: 'unconfirmed',
    attach: 'unconfirmed',
    'service.reclaimed': 'reopened',
  },
  closed: { report: 'closed', 'service.reclaimed': 'reopened' },
  withdrawn: { report: 'withdrawn' },
  duplicate: { report: 'duplicate' },
};

/** In these something is still to be done, and a deadline runs. */
export const openStatuses: readonly Status[] = [
  'received',
  'dispatched',
  'inProgress',
  'resolved',
  'reopened',
];

export const isOpen = (status: Status): boolean => openStatuses.includes(status);

/** The step a move belongs to. */
export const stepOf = (move: Move): Step => move.split('.')[0] as Step;
