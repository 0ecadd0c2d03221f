import * as z from 'zod/mini';
import { day, id, line, text, utc } from '../../shared/fields.ts';
import { form } from '../../shared/forms.ts';
import {
  amountOrZero,
  currencyField,
  money,
  price,
  quantity,
  someQuantity,
} from '../../shared/money/fields.ts';
import { cycleKinds, cycleName } from './cycle.ts';
import { runStates } from './run.ts';

export const feeKinds = [
  'management',
  'parking',
  'waste',
  'water',
  'electricity',
  'maintenanceFund',
  'oneOff',
  'deposit',
] as const;
export const meterKinds = ['water', 'electricity'] as const;
/** What a price is multiplied with: the unit's area, a number, a meter's consumption at one price or by tiers. */
export const bases = ['area', 'fixed', 'metered', 'tiered'] as const;
export const payerRoles = ['owner', 'tenant'] as const;

/** When a bill is due. Days 29 to 31 mean the last day in shorter months (TIME-8); rest days are passed over (TIME-3). */
export const DueRule = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('dayOfMonth'),
    day: z.int().check(z.minimum(1), z.maximum(31)),
    /** counted from the first month of the cycle */
    monthsAfter: z._default(z.int().check(z.minimum(0), z.maximum(24)), 0),
  }),
  z.strictObject({
    kind: z.literal('workingDaysAfterIssue'),
    days: z.int().check(z.minimum(1), z.maximum(250)),
  }),
]);
export type DueRule = z.output<typeof DueRule>;

/** A step of a tiered price (阶梯价格): up to so much in a cycle; the last is without end. */
export const Tier = z.strictObject({ upTo: z.optional(someQuantity), price });
export type Tier = z.output<typeof Tier>;
const tiers = z.array(Tier).check(z.minLength(1), z.maxLength(8));

const terms = {
  /** per square metre, per piece or per metered unit; area and fixed prices are per month unless `per` says otherwise */
  price: z.optional(price),
  tiers: z.optional(tiers),
  payer: z.enum(payerRoles),
  due: DueRule,
};

export const NewStandard = z.strictObject({
  propertyId: id('property'),
  kind: z.enum(feeKinds),
  name: line(60),
  basis: z.enum(bases),
  cycle: z.enum(cycleKinds),
  per: z._default(z.enum(['month', 'cycle']), 'month'),
  /** `assigned`: only units that are given it, with a number (parking spaces) */
  appliesTo: z._default(z.enum(['all', 'assigned']), 'all'),
  from: day,
  to: z.optional(day),
  currency: currencyField,
  ...terms,
});
export type NewStandard = z.output<typeof NewStandard>;

export const StandardChange = z.partial(z.strictObject({ name: line(60), to: day }));

/** New figures from a day on; what is left out stays as it was. */
export const NewVersion = z.strictObject({
  from: day,
  price: z.optional(price),
  tiers: z.optional(tiers),
  payer: z.optional(z.enum(payerRoles)),
  due: z.optional(DueRule),
});

export const StandardVersion = z.strictObject({ n: z.int(), from: day, setAt: utc, ...terms });
export type StandardVersion = z.output<typeof StandardVersion>;

/** A fee standard (收费标准) of a property (FEE-1). Versions are never changed; the one in force on a day counts. */
export const Standard = z.strictObject({
  id: id('standard'),
  propertyId: id('property'),
  kind: z.enum(feeKinds),
  name: z.string(),
  basis: z.enum(bases),
  cycle: z.enum(cycleKinds),
  per: z.enum(['month', 'cycle']),
  appliesTo: z.enum(['all', 'assigned']),
  to: z.optional(day),
  versions: z.array(StandardVersion),
  version: z.int(),
  createdAt: utc,
});
export type Standard = z.output<typeof Standard>;

const period = { from: day, to: z.optional(day) };

export const Occupancy = z.strictObject({ payerId: id('customer'), role: z.enum(payerRoles), ...period });
export type Occupancy = z.output<typeof Occupancy>;

const exceptionHead = { standardId: id('standard'), reason: line(200), ...period };
/** Of nothing to the whole. */
const percent = z
  .string()
  .check(
    form(
      /^(100(\.0{1,2})?|[1-9]?\d(\.\d{1,2})?)$/,
      'A percentage from 0 to 100, with two decimals at most.',
      '须为 0 至 100 的百分数，最多两位小数。',
    ),
  );

/** A unit's exception from a standard, with its reason. `fixed`: so much for a whole cycle instead. */
const exceptionOf = <M extends z.core.$ZodType>(amount: M) =>
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('exempt'), ...exceptionHead }),
    z.strictObject({ kind: z.literal('discount'), percent, ...exceptionHead }),
    z.strictObject({ kind: z.literal('fixed'), amount, ...exceptionHead }),
  ]);
export const Exception = exceptionOf(z.int());
export type Exception = z.output<typeof Exception>;

const Assignment = z.strictObject({ standardId: id('standard'), quantity: someQuantity, ...period });
export type Assignment = z.output<typeof Assignment>;

const some = <T extends z.core.$ZodType>(item: T, max: number) =>
  z._default(z.array(item).check(z.maxLength(max)), []);

const Vacancy = z.strictObject(period);

/** Who pays for a unit and what is special about it; given as a whole. */
export const NewFeeFile = z.strictObject({
  occupancies: some(Occupancy, 60),
  vacancies: some(Vacancy, 60),
  assignments: some(Assignment, 40),
  exceptions: some(exceptionOf(amountOrZero), 40),
});
export type NewFeeFile = z.output<typeof NewFeeFile>;

/**
 * What a meter showed on a day (抄表读数). `initial`: the first, from which on it counts. `change`: a new meter, or one that begins
 * again at 0; `final` is what the old one showed last, `value` what the new one shows. `estimated`: made up for the bill `billId`
 * because none was taken.
 */
export const Reading = z.strictObject({
  id: id('reading'),
  day,
  value: quantity,
  kind: z.enum(['initial', 'actual', 'change', 'estimated']),
  final: z.optional(quantity),
  billId: z.optional(id('bill')),
});
export type Reading = z.output<typeof Reading>;

export const Meter = z.strictObject({
  id: id('meter'),
  kind: z.enum(meterKinds),
  name: z.optional(z.string()),
  /** what a reading is multiplied with (倍率) */
  multiplier: someQuantity,
  readings: z.array(Reading),
});
export type Meter = z.output<typeof Meter>;

export const NewMeter = z.strictObject({
  kind: z.enum(meterKinds),
  name: z.optional(line(60)),
  multiplier: z._default(someQuantity, '1'),
  initial: z.strictObject({ day, value: quantity }),
});

export const NewReading = z.strictObject({
  meterId: id('meter'),
  day,
  value: quantity,
  /** the meter was changed, or began again at 0: what it showed last; `value` is what the new one shows */
  change: z.optional(z.strictObject({ final: quantity })),
});

/** A unit's fee file (收费档案). */
export const FeeFile = z.strictObject({
  unitId: id('unit'),
  propertyId: id('property'),
  occupancies: z.array(Occupancy),
  vacancies: z.array(Vacancy),
  assignments: z.array(Assignment),
  exceptions: z.array(exceptionOf(money)),
  meters: z.array(Meter),
  version: z.int(),
});

export const Settings = z.strictObject({
  /** whether the desk may take cash; on site staff never do (FEE-3) */
  cash: z._default(z.boolean(), false),
  /** taken off for the days on which a unit stands empty, in percent */
  vacantDiscount: z.optional(
    z.strictObject({ percent, kinds: z.array(z.enum(feeKinds)).check(z.maxLength(8)) }),
  ),
  /** bills are run by themselves; only `issue` sends them out without a look at the preview */
  runs: z._default(
    z
      .array(
        z.strictObject({
          cycle: z.enum(['month', 'quarter', 'halfYear', 'year']),
          /** day of the month, counted as due days are; month 0 is the first of the cycle, -1 the one before */
          day: z.int().check(z.minimum(1), z.maximum(31)),
          monthsAfter: z._default(z.int().check(z.minimum(-3), z.maximum(24)), 0),
          issue: z._default(z.boolean(), false),
        }),
      )
      .check(z.maxLength(4)),
    [],
  ),
});
export type Settings = z.output<typeof Settings>;
export const SettingsAnswer = z.extend(Settings, {
  propertyId: id('property'),
  /** which cycles are run next, and when */
  next: z.array(z.strictObject({ at: utc, cycle: z.string() })),
  version: z.int(),
});

/** One line of a bill with the facts it was computed from, and the computation in words (FEE-2). */
export const BillLine = z.strictObject({
  standardId: z.optional(id('standard')),
  standardVersion: z.optional(z.int()),
  kind: z.enum(feeKinds),
  name: z.string(),
  quantity: z.string(),
  unit: z.string(),
  price: z.optional(z.string()),
  /** before rounding and discount, in yuan */
  exact: z.string(),
  amount: money,
  estimated: z.optional(z.boolean()),
  words: text,
});

export const Bill = z.strictObject({
  id: id('bill'),
  unitId: id('unit'),
  propertyId: id('property'),
  payerId: id('customer'),
  /** the cycle, or the reference of a one-off charge */
  cycle: z.string(),
  /** 1, or more for a bill issued again */
  n: z.int(),
  status: z.enum(['open', 'paid', 'void']),
  dueDay: day,
  total: money,
  open: money,
  at: utc,
  currency: z.literal('CNY'),
  lines: z.array(BillLine),
  /** let off by decision */
  waived: z.optional(money),
  runId: z.optional(id('billRun')),
  void: z.optional(z.strictObject({ at: utc, reason: z.string() })),
  reissuedAs: z.optional(id('bill')),
  version: z.int(),
});

export const ListedBill = z.omit(Bill, {
  lines: true,
  waived: true,
  runId: true,
  void: true,
  reissuedAs: true,
  version: true,
});

export const NewBillRun = /* @__PURE__ */ z.strictObject({
  propertyId: /* @__PURE__ */ id('property'),
  cycle: cycleName,
  /** to be looked at only; it cannot be issued */
  dryRun: /* @__PURE__ */ z._default(/* @__PURE__ */ z.boolean(), false),
});

const tally = z.strictObject({
  units: z.int(),
  bills: z.int(),
  total: money,
  /** units with nothing to pay */
  none: z.int(),
  /** units that had their bills for the cycle before */
  already: z.int(),
  failed: z.int(),
  exceptions: z.int(),
  estimated: z.int(),
});

/** A bill run (批量出账): first a preview, then, on a word, the bills. */
export const BillRun = z.strictObject({
  id: id('billRun'),
  propertyId: id('property'),
  cycle: z.string(),
  state: z.enum(runStates),
  dryRun: z.boolean(),
  createdAt: utc,
  preview: tally,
  issuedAt: z.optional(utc),
  issue: z.optional(tally),
  /** units whose bills are out, of how many */
  progress: z.optional(z.strictObject({ issued: z.int(), failed: z.int(), total: z.int() })),
  version: z.int(),
});

export const ListedRun = /* @__PURE__ */ z.pick(BillRun, {
  id: true,
  propertyId: true,
  cycle: true,
  dryRun: true,
  createdAt: true,
});

export const UnitNote = /* @__PURE__ */ z.strictObject({
  unitId: /* @__PURE__ */ id('unit'),
  kind: /* @__PURE__ */ z.enum(['failed', 'already', 'exception', 'estimated', 'nobody']),
  code: /* @__PURE__ */ z.optional(/* @__PURE__ */ z.string()),
  standardId: /* @__PURE__ */ z.optional(/* @__PURE__ */ id('standard')),
  words: text,
});

const billLine = z.strictObject({
  /** a one-off standard of the property; or else name and price */
  standardId: z.optional(id('standard')),
  name: z.optional(line(60)),
  price: z.optional(price),
  quantity: z._default(someQuantity, '1'),
});

/** A one-off charge; `reference` tells two of them apart and makes the request safe to repeat. */
export const NewBill = z.strictObject({
  unitId: id('unit'),
  payerId: id('customer'),
  reference: line(60),
  lines: z.array(billLine).check(z.minLength(1), z.maxLength(20)),
  dueDay: z.optional(day),
  currency: currencyField,
});

export const VoidBill = z.strictObject({ reason: line(200) });
export const ReissueBill = z.strictObject({
  /** who pays now, if the first bill went to the wrong payer */
  payerId: z.optional(id('customer')),
});
