import { createHash } from 'node:crypto';
import { type Account, accountOf, allocate, mostBills } from '../../shared/books/index.ts';
import { refuseIfAny } from '../../shared/csv.ts';
import { append, noHistory } from '../../shared/history.ts';
import { type Context, ok, type Reply } from '../../shared/http/route.ts';
import { derivedId } from '../../shared/ids.ts';
import { at, keys, lists } from '../../shared/keys.ts';
import { yuan } from '../../shared/money/index.ts';
import { timeOf } from '../../shared/policyStore.ts';
import { type FieldProblem, invalidField, Refusal } from '../../shared/problem.ts';
import type { Item, Key, OfficeTable, Write } from '../../shared/table.ts';
import { localDay } from '../../shared/time/index.ts';
import { booked, type Who, whoOf } from '../payments/book.ts';
import { patiently } from '../payments/case.ts';
import { namedPayment } from '../payments/model.ts';
import { Numbers, numberKeys } from '../payments/numbers.ts';
import { type BankRow, identities, readStatement } from './file.ts';
import { knownOf } from './known.ts';
import { type BankLine, lineItem, lineOf } from './line.ts';
import { mappingOf } from './mappings.ts';
import { type Match, matchAll } from './match.ts';
import { bookedAs, postedAs } from './posted.ts';
import type { BankStatement, Mapping } from './schema.ts';

interface Planned {
  id: string;
  row: BankRow;
  match: Match;
  /** the bank's number of the line, if it is the first one that is numbered so */
  serial?: string | undefined;
}

interface Job {
  who: Who;
  office: OfficeTable;
  statementId: string;
  propertyId: string;
  zone: string;
  mapping: Mapping;
}

/**
 * Imports a statement: each line of money is booked on whom it is from, or kept for a person to decide. Lines that are there already are
 * counted and left alone; so a statement sent again, or broken off and sent again, ends in the same books. All or nothing holds for
 * reading: a file with a line that makes no sense is refused with every such line.
 */
export async function importStatement(
  context: Context,
  asked: { propertyId: string; mapping: string },
  raw: Buffer,
): Promise<Reply> {
  const { office, now } = context;
  const t = office.tenantId;
  const { propertyId } = asked;
  const digest = createHash('sha256').update(raw).digest('base64url');
  const statementId = derivedId('statement', t, propertyId, asked.mapping, digest);
  const { property, mapping, done } = await office.load({
    property: keys.property(t, propertyId),
    mapping: keys.statementMapping(t, asked.mapping),
    done: keys.statement(t, statementId),
  });
  if (property?.et !== 'property') {
    throw invalidField('/query/propertyId', 'unknown', 'There is no such property.', '没有该项目。');
  }
  if (mapping?.et !== 'statementMapping') {
    throw invalidField('/query/mapping', 'unknown', 'There is no such mapping.', '没有该映射。');
  }
  if (done) return ok({ ...shownStatement(done), again: true });
  const job: Job = {
    who: whoOf(context),
    office,
    statementId,
    propertyId,
    zone: timeOf(property).zone,
    mapping: mappingOf(mapping),
  };
  const { rows, skipped, problems } = readStatement(raw, job.mapping);
  const today = localDay(now, job.zone);
  problems.push(...rows.filter(({ day }) => day > today).map(({ n }) => future(n)));
  refuseIfAny(problems);
  const known = await knownOf(office, propertyId, job.mapping.method, rows);
  const matches = matchAll(rows, known);
  const planned = identities(rows).map((parts, i): Planned => {
    const id = derivedId('statementLine', t, asked.mapping, ...parts);
    const row = rows[i] as BankRow;
    return { id, row, match: matches[i] as Match, ...(parts.at(-1) === '0' && { serial: row.serial }) };
  });
  const lines = await bookAll(job, planned);
  return record(context, job, lines, skipped);
}

const future = (n: number): FieldProblem => ({
  path: `/line/${n}/day`,
  code: 'in_the_future',
  detail: { en: 'This day has not come yet.', zh: '日期不得晚于今天。' },
});

const serialName = (serial: string) => `serial ${serial}`;

/** How many lines are read for one transaction, and how many writes it may have. */
const atOnce = 20;
const maxWrites = 96;

/** Books lines, as many in one transaction as it takes: they share the counter of receipts, which nobody else gets past meanwhile. */
async function bookAll(job: Job, planned: readonly Planned[]): Promise<BankLine[]> {
  const lines: BankLine[] = [];
  let left = [...planned];
  while (left.length > 0) {
    const done = await patiently(() => bookSome(job, left.slice(0, atOnce)));
    lines.push(...done);
    left = left.slice(done.length);
  }
  return lines;
}

/** Books the first of the lines, one at least, in one transaction; answers them as they now are. */
async function bookSome(job: Job, planned: readonly Planned[]): Promise<BankLine[]> {
  const { office, propertyId, zone, who } = job;
  const t = office.tenantId;
  const accountName = (of: { unitId: string; payerId: string }) => `${of.unitId}|${of.payerId}`;
  const wanted: Record<string, Key> = { ...numberKeys(t, propertyId, 'receipt', who.now) };
  for (const { id, match, serial } of planned) {
    wanted[id] = keys.statementLine(t, id);
    if (serial !== undefined) wanted[serialName(serial)] = keys.payment(t, namedPayment(t, serial));
    if ('by' in match) wanted[accountName(match)] = keys.account(t, match.unitId, match.payerId);
  }
  const items: Record<string, Item | undefined> = await office.load(wanted);
  const numbers = new Numbers(t, propertyId, 'receipt', { now: who.now, zone, items });
  const lines: BankLine[] = [];
  const writes: Write[] = [];
  const touched = new Set<string>();
  let numbered = false;
  for (const { id, row, match: matched, serial } of planned) {
    const there = items[id];
    if (there) {
      lines.push(lineOf(there));
      continue;
    }
    const named = serial === undefined ? undefined : items[serialName(serial)];
    // It may have been posted since the lines were matched.
    const posted = postedAs(named, { propertyId, method: job.mapping.method, amount: row.amount });
    const match: Match = posted ? { by: 'payment', ...posted } : matched;
    if (!('by' in match) || match.by === 'payment') {
      if (writes.length + 2 > maxWrites) break;
      const line = lineFrom(job, id, row, { state: 'by' in match ? 'booked' : 'open', ...match });
      writes.push({ put: lineItem(t, line), expect: 'new' });
      lines.push(line);
      continue;
    }
    const name = accountName(match);
    // An account is written once in a transaction.
    if (touched.has(name)) break;
    const account = accountOf(items[name], { propertyId, unitId: match.unitId, payerId: match.payerId });
    const bills = Math.min(account.bills.length, mostBills);
    if (lines.length > 0 && writes.length + bills + 5 > maxWrites) break;
    touched.add(name);
    numbered = true;
    const { unitId, payerId, by } = match;
    const as = bookedAs(t, id, serial, named);
    const line = lineFrom(job, id, row, { state: 'booked', by, unitId, payerId, paymentId: as.id });
    const payment = booked(who, account, {
      ...as,
      amount: row.amount,
      method: job.mapping.method,
      receipt: numbers.next(),
      stated: match.billId === undefined ? undefined : withFirst(account, match.billId, row.amount),
      paidOn: row.day,
    });
    writes.push({ put: lineItem(t, line), expect: 'new' }, ...payment.writes);
    lines.push(line);
  }
  if (numbered) writes.push(numbers.write);
  await office.commit(writes);
  return lines;
}

function lineFrom(
  { statementId, propertyId, mapping }: Job,
  id: string,
  row: BankRow,
  state: Pick<BankLine, 'state' | 'why' | 'by' | 'unitId' | 'payerId' | 'paymentId'>,
): BankLine {
  return { id, statementId, propertyId, method: mapping.method, ...row, ...state, version: 1 };
}

/** The bill that a line names is paid first, then the oldest due. Undefined where the bill is not open any more. */
function withFirst(account: Account, billId: string, amount: number) {
  const bill = account.bills.find(({ id }) => id === billId);
  if (!bill) return undefined;
  const first = Math.min(bill.open, amount);
  const others = account.bills.filter(({ id }) => id !== billId).slice(0, mostBills - 1);
  const rest = first < amount ? allocate(others, amount - first).parts : [];
  return [{ billId, amount: first }, ...rest.map((part) => ({ billId: part.bill.id, amount: part.amount }))];
}

async function record(
  context: Context,
  job: Job,
  lines: readonly BankLine[],
  skipped: number,
): Promise<Reply> {
  const { office, now } = context;
  const t = office.tenantId;
  const { statementId, propertyId, mapping } = job;
  const own = lines.filter((line) => line.statementId === statementId);
  const of = (state: BankLine['state']) => own.filter((line) => line.state === state);
  const statement: BankStatement = {
    id: statementId,
    propertyId,
    mapping: mapping.name,
    importedAt: new Date(now).toISOString(),
    lines: lines.length,
    booked: of('booked').length,
    open: of('open').length,
    repeated: lines.length - own.length,
    skipped,
    total: yuan(lines.reduce((sum, { amount }) => sum + amount, 0)),
  };
  const { id: _, importedAt: __, ...told } = statement;
  const event = append(noHistory, { type: 'statement.imported', object: statementId, data: told }, job.who);
  const answer = ok({ ...statement, again: false });
  await office.commit(
    [
      {
        put: {
          ...keys.statement(t, statementId),
          et: 'statement',
          v: 1,
          list: statement,
          rest: { head: event.head },
          g1pk: lists.statements(t, propertyId),
          g1sk: at(statement.importedAt, statementId),
        },
        expect: 'new',
        otherwise: () => new Refusal('in-progress', { headers: { 'retry-after': '1' } }),
      },
      event.write,
    ],
    answer,
  );
  return answer;
}

export const shownStatement = (item: Item) => item.list as BankStatement;
