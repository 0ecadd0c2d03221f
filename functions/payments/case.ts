import { type Account, accountOf } from '../../shared/books/index.ts';
import { nameable } from '../../shared/customers.ts';
import type { Context } from '../../shared/http/route.ts';
import { keys } from '../../shared/keys.ts';
import { invalidField, Refusal } from '../../shared/problem.ts';
import { type Item, type Key, type OfficeTable, retryStale } from '../../shared/table.ts';
import { localDay } from '../../shared/time/index.ts';
import { Numbers, numberKeys, type Series } from './numbers.ts';
import type { Method } from './schema.ts';

/** What a step on one payer's account is decided on. */
export interface Case {
  propertyId: string;
  property: Item;
  zone: string;
  unit: Item;
  payer: Item;
  /** whether the property's desk may take and give cash */
  cash: boolean;
  account: Account;
  numbers: Numbers;
  /** what else was asked for */
  items: Record<string, Item | undefined>;
}

/** Which property a unit is in: that never changes, so a warm function asks once, and every read is one round trip. */
const homes = new Map<string, string>();
const remembered = 20_000;

type Acting = Pick<Context, 'office' | 'now'>;
type Who = { unitId: string; payerId: string };
type Asked = { series?: Series; also?: Record<string, Key> };

/** What was read for a step, in one round trip; `admitted` says whether the step may be. */
interface Read extends Who {
  home: string;
  series: Series;
  items: Record<string, Item | undefined>;
}

/**
 * Reads what a step on an account needs. Throws a field problem for a unit or payer that is not there, and for a payer who has
 * nothing to do with the unit (no account for it, no file of it, not on its fee file).
 */
export const loadCase = async (acting: Acting, of: Who, asked?: Asked): Promise<Case> =>
  admitted(acting, await readCase(acting, of, asked));

/** Reads the same without a judgement on the payer. Throws for a unit that is not there. */
export async function readCase(
  { office, now }: Acting,
  { unitId, payerId }: Who,
  { series = 'receipt', also = {} }: Asked = {},
): Promise<Read> {
  const t = office.tenantId;
  const home = homes.get(`${t}|${unitId}`) ?? (await homeOf(office, unitId));
  const items = await office.load({
    ...also,
    ...numberKeys(t, home, series, now),
    unit: keys.unit(t, unitId),
    payer: keys.customer(t, payerId),
    account: keys.account(t, unitId, payerId),
    property: keys.property(t, home),
    settings: keys.feeSettings(t, home),
  });
  return { unitId, payerId, home, series, items };
}

/** The case that was read, if its unit and payer may have one. Throws as `loadCase` does. */
export async function admitted({ office, now }: Acting, read: Read): Promise<Case> {
  const t = office.tenantId;
  const { unitId, payerId, home, series, items } = read;
  const { unit, payer, account, property, settings } = items;
  if (!unit || !property) throw unknownUnit();
  if (!nameable(payer)) throw unknownPayer();
  if (!account && payer.list?.unitId !== unitId) await refuseStranger(office, read);
  const zone = property.list?.zone as string;
  return {
    propertyId: home,
    property,
    zone,
    unit,
    payer,
    cash: settings?.rest?.cash === true,
    account: accountOf(account, { propertyId: home, unitId, payerId }),
    numbers: new Numbers(t, home, series, { now, zone, items }),
    items,
  };
}

async function homeOf(office: OfficeTable, unitId: string): Promise<string> {
  const { unit } = await office.load({ unit: keys.unit(office.tenantId, unitId) });
  if (unit?.et !== 'unit') throw unknownUnit();
  const home = unit.list?.propertyId as string;
  if (homes.size >= remembered) homes.clear();
  homes.set(`${office.tenantId}|${unitId}`, home);
  return home;
}

/** Money for a unit is taken from those who have to do with it; anybody else is a slip of the hand. */
async function refuseStranger(office: OfficeTable, of: Who): Promise<void> {
  const { file } = await office.load({ file: keys.feeFile(office.tenantId, of.unitId) });
  const occupancies = (file?.rest?.occupancies ?? []) as { payerId: string }[];
  if (!occupancies.some(({ payerId }) => payerId === of.payerId)) {
    throw invalidField(
      '/body/payerId',
      'foreign',
      'This customer is no payer of this unit (FEE-3).',
      '该客户不是此房屋的付款人（FEE-3）。',
    );
  }
}

export const unknownUnit = (path = '/body/unitId') =>
  invalidField(path, 'unknown', 'There is no such unit (FEE-3).', '没有该房屋（FEE-3）。');
const unknownPayer = () =>
  invalidField('/body/payerId', 'unknown', 'There is no such customer (FEE-3).', '没有该客户（FEE-3）。');

/** FEE-3: no cash, in or out, where the property's settings do not allow it. */
export function refuseCash({ cash }: Pick<Case, 'cash'>, method: Method): void {
  if (method !== 'cash' || cash) return;
  throw invalidField(
    '/body/method',
    'cash_forbidden',
    'This property takes no cash (FEE-3).',
    '本项目不收取现金（FEE-3）。',
  );
}

export function refuseFuture(path: string, day: string | undefined, now: number, zone: string): void {
  if (day === undefined || day <= localDay(now, zone)) return;
  throw invalidField(
    path,
    'in_the_future',
    'This day has not come yet (FEE-3).',
    '日期不得晚于今天（FEE-3）。',
  );
}

export const wrongState = (en: string, zh: string, openSteps: string[]) =>
  new Refusal('wrong-state', { detail: { en, zh }, extra: { openSteps } });

/** How often a step is begun anew when other money moves on the same property at the same moment. */
const patience = 8;

/** Reads, decides, writes; everybody who takes a number of a property at one moment gets through, one after the other. */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await retryStale(work);
    } catch (error) {
      const busy = error instanceof Refusal && error.code === 'in-progress';
      if (!busy || attempt === patience) throw error;
      await new Promise((resolve) => setTimeout(resolve, 40 * attempt * Math.random()));
    }
  }
}
