import { createHash } from 'node:crypto';
import { encodeTime } from 'ulid';
import type { Key } from './table.ts';

/**
 * Every key of the table, written by hand in one place; docs/access-patterns.md says who reads them and at what cost.
 * An office's keys begin with its id and `#`: the tenant role's policy (`dynamodb:LeadingKeys`) counts on it.
 */

/** How many parts the due index has: a minute's work spreads over them. */
export const dueShards = 16;

/** The part of the due index an item belongs to, the same for the item's whole life. */
export function dueShard(of: string): string {
  const digest = createHash('sha256').update(of).digest();
  return `due#${String((digest[0] ?? 0) % dueShards).padStart(2, '0')}`;
}

/** The due index entry of an item: the sweeper meets it at `at` (ISO instant). */
export function dueAt(key: Key, at: string): { duePk: string; dueSk: string } {
  return { duePk: dueShard(`${key.pk}|${key.sk}`), dueSk: `${at}#${key.pk}|${key.sk}` };
}

/**
 * A moment as ids write it, ten characters that sort by time: tickets stand in seven indexes, and `at` would cost each of
 * them 300 bytes more. Index keys need not be unique.
 */
export const tick = (instant: string) => encodeTime(Date.parse(instant));

/** Sort key of something at a moment; the id keeps two of the same moment apart. */
export const at = (instant: string, id: string) => `${instant}#${id}`;

/** Whose event stands under a key: what shares its partition, or the obligation that keeps its history there. */
export const eventObject = ({ pk, sk }: Key): string =>
  /^oev#(.*)#[^#]*$/.exec(sk)?.[1] ?? pk.slice(pk.indexOf('#') + 1);

/** The event object of a statement mapping: names are the office's own and could be anybody's id. */
export const mappingObject = (name: string) => `mappings/${name}`;

/** The event object of what a unit or a property has on file about fees: they have histories of their own. */
export const feesObject = (id: string) => `${id}/fees`;

/** The event object of a bill run's chunk. */
export const chunkObject = (run: string, n: number) => `${run}/${n}`;

const own = (t: string, partition: string, sk: string): Key => ({ pk: `${t}#${partition}`, sk });

/** A number that sorts as text. */
const six = (n: number) => String(n).padStart(6, '0');

export const keys = {
  office: (t: string) => own(t, 'office', 'office'),
  policy: (t: string, version: number) => own(t, 'policy', `v#${six(version)}`),
  policyVersionsPrefix: 'v#',
  policyPk: (t: string) => `${t}#policy`,
  /** What is in force and what is to come, in one item. */
  policyCurrent: (t: string) => own(t, 'policy', 'current'),
  calendar: (t: string) => own(t, 'policy', 'calendar'),
  property: (t: string, id: string) => own(t, 'properties', id),
  propertiesPk: (t: string) => `${t}#properties`,
  staff: (t: string, id: string) => own(t, 'staff', id),
  staffPk: (t: string) => `${t}#staff`,
  apiKey: (t: string, id: string) => own(t, 'keys', id),
  apiKeysPk: (t: string) => `${t}#keys`,
  webhook: (t: string, id: string) => own(t, 'webhooks', id),
  webhooksPk: (t: string) => `${t}#webhooks`,
  /** Found by its id alone; that it stands in a property is to be seen from its `propertyId`. */
  unit: (t: string, id: string) => own(t, id, 'unit'),
  customer: (t: string, id: string) => own(t, id, 'customer'),
  /** The last identity check of a customer by one actor (TICKET-13). */
  identityCheck: (t: string, customer: string, actor: string) => own(t, customer, `chk#${actor}`),
  /** What was asked and shown at an identity check. */
  disclosure: (t: string, customer: string, id: string) => own(t, customer, `dsc#${id}`),
  disclosuresPrefix: 'dsc#',
  /** A login address is used once in an office. */
  login: (t: string, email: string) => own(t, 'logins', email.toLowerCase()),
  loginsPk: (t: string) => `${t}#logins`,
  /** Who the active owners are, so that the last one can be told. */
  owners: (t: string) => own(t, 'staff-owners', 'owners'),
  import: (t: string, id: string) => own(t, 'imports', id),
  importsPk: (t: string) => `${t}#imports`,
  /** A ticket, its history and its obligations share a partition: one query shows a whole case. */
  ticket: (t: string, id: string) => own(t, id, 'ticket'),
  objectPk: (t: string, object: string) => `${t}#${object}`,
  event: (t: string, object: string, seq: number) => own(t, object, `evt#${six(seq)}`),
  eventsPrefix: 'evt#',
  attachment: (t: string, object: string, id: string) => own(t, object, `att#${id}`),
  obligation: (t: string, object: string, id: string) => own(t, object, `obl#${id}`),
  obligationsPrefix: 'obl#',
  /** An obligation's own history (reminders, recomputations), in the partition of its object. */
  obligationEvent: (t: string, object: string, id: string, seq: number) =>
    own(t, object, `oev#${id}#${six(seq)}`),
  obligationEventsPrefix: 'oev#',
  /** The reminder ledger: one entry per obligation and step (design: claimed before sent). */
  ledger: (t: string, object: string, obligation: string, step: number) =>
    own(t, object, `led#${obligation}#${String(step).padStart(3, '0')}`),
  inboxPk: (t: string, staff: string) => `${t}#${staff}#inbox`,
  message: (t: string, staff: string, sortable: string) => own(t, `${staff}#inbox`, sortable),
  delivery: (t: string, id: string) => own(t, id, 'delivery'),
  /** What waits for somebody's morning digest; the partition is the office's, so that one query finds all. */
  digestPk: (t: string) => `${t}#digest`,
  digest: (t: string, staff: string, sortable: string) => own(t, 'digest', `${staff}#${sortable}`),
  /** What a property's end-of-day list of a day said, and who signed it (DUTY-5). */
  dayEnd: (t: string, id: string) => own(t, id, 'dayEnd'),
  counter: (t: string, scope: string, name: string) => own(t, `cnt#${scope}`, name),
  /** Work to be done once for the office, found by the due index. */
  job: (t: string, kind: string) => own(t, `job#${kind}`, kind),
  counterPk: (t: string, scope: string) => `${t}#cnt#${scope}`,

  // Fees
  /** All fee standards of the office, few; by property on g2. */
  feeStandard: (t: string, id: string) => own(t, 'fees', id),
  feeStandardsPk: (t: string) => `${t}#fees`,
  /** A property's fee settings: vacancy discount, bill runs by schedule. */
  feeSettings: (t: string, property: string) => own(t, property, 'fees'),
  /** What a unit's bills are made from: occupancies, assigned fees, exceptions, meters with their latest readings. */
  feeFile: (t: string, unit: string) => own(t, unit, 'fees'),
  reading: (t: string, unit: string, day: string, id: string) => own(t, unit, `rdg#${day}#${id}`),
  readingsPrefix: 'rdg#',
  bill: (t: string, id: string) => own(t, id, 'bill'),
  /** An account; all of a unit share a partition. */
  account: (t: string, unit: string, payer: string) => own(t, `${unit}#acc`, payer),
  accountsPk: (t: string, unit: string) => `${t}#${unit}#acc`,
  posting: (t: string, id: string) => own(t, id, 'posting'),
  /** Payments, refunds and deposits are postings too: each in a partition of its own with its history. */
  payment: (t: string, id: string) => own(t, id, 'payment'),
  refund: (t: string, id: string) => own(t, id, 'refund'),
  deposit: (t: string, id: string) => own(t, id, 'deposit'),
  /** The last number given to a paper of a kind (receipt, refund notice) in a property and year; its version is the number. */
  numbers: (t: string, property: string, series: string, year: string) =>
    own(t, property, `no#${series}#${year}`),
  /** How the statements of one of the office's accounts at a bank or payment service are read. */
  statementMapping: (t: string, name: string) => own(t, 'mappings', name),
  statementMappingsPk: (t: string) => `${t}#mappings`,
  statement: (t: string, id: string) => own(t, id, 'statement'),
  statementLine: (t: string, id: string) => own(t, id, 'line'),
  /** A dunning case, its log, its history and what people owe in it share a partition. */
  dunning: (t: string, id: string) => own(t, id, 'dunning'),
  dunningTold: (t: string, id: string, n: number) => own(t, id, `dst#${six(n)}`),
  dunningToldPrefix: 'dst#',
  /** The catalogue of paid services, few; what can be ordered in a property on g2. */
  service: (t: string, id: string) => own(t, 'services', id),
  servicesPk: (t: string) => `${t}#services`,
  /** The order of a paid service, in the partition of the ticket that carries it. */
  serviceOrder: (t: string, ticket: string) => own(t, ticket, 'service'),
  billRun: (t: string, id: string) => own(t, id, 'run'),
  /** The standards a bill run reckons with, as they were when it was begun. */
  billRunStandards: (t: string, id: string) => own(t, id, 'standards'),
  billRunChunk: (t: string, id: string, n: number) => own(t, id, `chunk#${six(n)}`),
  billRunChunksPrefix: 'chunk#',
  /** What is to be seen of a chunk's units (exceptions, missing readings, failures); only where there is something. */
  billRunNotes: (t: string, id: string, phase: string, n: number) => own(t, id, `note#${phase}#${six(n)}`),
  billRunNotesPrefix: (phase: string) => `note#${phase}#`,
} as const;

/** Index partitions. The sort key is `at(instant, id)` unless said otherwise. */
export const lists = {
  /** g1: all tickets of the office, newest first. Sort keys of tickets are `tick(instant)`. */
  tickets: (t: string) => `${t}#tkt`,
  /** g2 */
  ticketsOfProperty: (t: string, property: string) => `${t}#${property}#tkt`,
  /** g3 */
  ticketsOfUnit: (t: string, unit: string) => `${t}#${unit}#tkt`,
  /** g4 */
  ticketsOfStatus: (t: string, status: string) => `${t}#tkt#${status}`,
  /** g5: open tickets of a property, due first */
  openOfProperty: (t: string, property: string) => `${t}#${property}#open`,
  /** g6: open tickets of the office, due first */
  open: (t: string) => `${t}#open`,
  /** g7: open tickets of one person's desk, or of nobody's, due first */
  desk: (t: string, staff: string | undefined) => `${t}#${staff ?? 'nobody'}#desk`,
  /** g5/g6/g7 for obligations: open ones of a property / the office / a person, due first (`tick(due)` and the end of the id) */
  oblOfProperty: (t: string, property: string) => `${t}#${property}#obl`,
  obl: (t: string) => `${t}#obl`,
  oblOfStaff: (t: string, staff: string) => `${t}#${staff}#obl`,
  /** g1: all units of the office */
  units: (t: string) => `${t}#unt`,
  /** g2: units of a property by building and number; g3: the vacant ones of them */
  unitsOfProperty: (t: string, property: string) => `${t}#${property}#unt`,
  vacantOfProperty: (t: string, property: string) => `${t}#${property}#vacant`,
  /** g3: customers of a unit */
  customersOfUnit: (t: string, unit: string) => `${t}#${unit}#cus`,
  /** g1: customers of the office by name */
  customers: (t: string) => `${t}#cus`,
  /** g1: unread messages of a person's inbox */
  unread: (t: string, staff: string) => `${t}#${staff}#unread`,
  /** g1: deliveries, newest first; g2: of one webhook */
  deliveries: (t: string) => `${t}#dlv`,
  deliveriesOfWebhook: (t: string, webhook: string) => `${t}#${webhook}#dlv`,
  /** g2: fee standards of a property, sort key the id */
  feeStandardsOfProperty: (t: string, property: string) => `${t}#${property}#fee`,
  /** g1: bills of a property; g2: of them open, paid or void. Sort key `<due day>#<id>` */
  billsOfProperty: (t: string, property: string) => `${t}#${property}#bil`,
  billsOfStatus: (t: string, property: string, status: string) => `${t}#${property}#bil#${status}`,
  /** g3: bills of a unit; everything else that moved money on it */
  billsOfUnit: (t: string, unit: string) => `${t}#${unit}#bil`,
  postingsOfUnit: (t: string, unit: string) => `${t}#${unit}#pst`,
  /** g5: accounts of a property with something open, sort key `<oldest due day>#<unit>#<payer>` */
  arrearsOfProperty: (t: string, property: string) => `${t}#${property}#arrears`,
  /** g6: accounts of a payer, sort key the unit */
  accountsOfPayer: (t: string, payer: string) => `${t}#${payer}#acc`,
  /** g1: payments of a property; g2: of a unit. Sort keys are `tick(instant)` */
  paymentsOfProperty: (t: string, property: string) => `${t}#${property}#pay`,
  paymentsOfUnit: (t: string, unit: string) => `${t}#${unit}#pay`,
  /** g1 */
  refundsOfProperty: (t: string, property: string) => `${t}#${property}#rfd`,
  /** g1: deposits of a property; g2: of a unit */
  depositsOfProperty: (t: string, property: string) => `${t}#${property}#dep`,
  depositsOfUnit: (t: string, unit: string) => `${t}#${unit}#dep`,
  /** g1: imported statements of a property; lines of them, sort key `<statement>#<number>` */
  statements: (t: string, property: string) => `${t}#${property}#stm`,
  statementLines: (t: string, property: string) => `${t}#${property}#stl`,
  /** g2: lines of a statement in a state, sort key the number */
  statementLinesOf: (t: string, statement: string, state: string) => `${t}#${statement}#stl#${state}`,
  /** g1: dunning cases of a property with something open; g2: by stage; g4: by state. Sort key `<oldest due day>#<unit>#<payer>` */
  dunningOfProperty: (t: string, property: string) => `${t}#${property}#dun`,
  dunningOfStage: (t: string, property: string, stage: string) => `${t}#${property}#dun#${stage}`,
  dunningOfState: (t: string, property: string, state: string) => `${t}#${property}#dun##${state}`,
  /** g3: all dunning cases of a unit, sort key the payer */
  dunningOfUnit: (t: string, unit: string) => `${t}#${unit}#dun`,
  /** g2: paid services of a property, or of all properties; sort key the id */
  services: (t: string, property: string | undefined) => `${t}#${property ?? 'office'}#svc`,
  /** g1: orders of paid services of a property; g2: of them in a state; g3: of a unit. Sort keys are `tick(instant)` */
  ordersOfProperty: (t: string, property: string) => `${t}#${property}#svo`,
  ordersOfState: (t: string, property: string, state: string) => `${t}#${property}#svo#${state}`,
  ordersOfUnit: (t: string, unit: string) => `${t}#${unit}#svo`,
  ordersOfTicket: (t: string, ticket: string) => `${t}#${ticket}#svo`,
  /** g1: bill runs of a property, newest last */
  billRuns: (t: string, property: string) => `${t}#${property}#run`,
  /** g1: end-of-day lists of a property, sort key the day */
  dayEnds: (t: string, property: string) => `${t}#${property}#day`,
  /** g1 (system): every office; g2 (system): the offices of a zone */
  offices: () => 'sys#offices',
  officesOfZone: (zone: string) => `sys#offices#${zone}`,
  /** lookup: a login by e-mail address */
  login: (email: string) => `login#${email.toLowerCase()}`,
} as const;
