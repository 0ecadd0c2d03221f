import {
  decimal,
  decimalText,
  type Fen,
  minus,
  priced,
  type Ratio,
  ratio,
  split,
  times,
  toFen,
} from '../../shared/money/index.ts';
import type { Day } from '../../shared/time/index.ts';
import {
  type BillInput,
  type Draft,
  type Estimate,
  type FeeFacts,
  type Line,
  type Note,
  Unbillable,
} from './line.ts';
import { consumption } from './readings.ts';
import type { Standard, StandardVersion, Tier } from './schema.ts';
import { type Stretch, stretchesOf } from './stretch.ts';

/**
 * The bills of a unit for a cycle, one per payer, in the order in which payers first appear (FEE-2). Throws `Unbillable`.
 *
 * An amount is exact until it is rounded to the fen once, for the whole unit; it is then split over days and payers so that the
 * parts add up, and what is taken off (vacancy, exemption, discount) is taken off each part; a fixed amount in its place is split as it
 * is itself. A bill is due when the last of its lines is that asks for something.
 */
export function billsOf(input: BillInput): { bills: Draft[]; notes: Note[]; estimates: Estimate[] } {
  const notes: Note[] = [];
  const estimates = new Map<string, Estimate>();
  const charged: Charged[] = [];
  for (const standard of input.standards) {
    if (standard.cycle !== input.cycle.kind) continue;
    const stretches = stretchesOf(input, standard);
    if (stretches.length === 0) continue;
    charged.push(
      ...(metered(standard)
        ? meteredLines(input, standard, stretches, estimates)
        : plainLines(input, standard, stretches)),
    );
    notes.push(...notesOf(standard, stretches));
  }
  for (const meter of input.facts.meters) {
    if (!estimates.has(meter.id)) continue;
    const called = calledOf(meter);
    notes.push({
      kind: 'estimated',
      words: { en: `No reading of meter ${called}; estimated.`, zh: `表 ${called} 无读数，按估算计费。` },
    });
  }
  const byPayer = Map.groupBy(charged, ({ stretch }) => stretch.payerId);
  const bills = [...byPayer].flatMap(([payerId, parts]) => {
    const asking = parts.filter(({ line }) => line.amount > 0);
    if (payerId === undefined || asking.length === 0) return [];
    const lines = parts.map(({ line }) => line);
    const total = lines.reduce((sum, { amount }) => sum + amount, 0);
    const dueDays = asking.map(({ stretch }) => input.dueDay(stretch.version.due));
    return [{ payerId, lines, total, dueDay: dueDays.sort().at(-1) as Day }];
  });
  return { bills, notes, estimates: bills.length > 0 ? [...estimates.values()] : [] };
}

const metered = (standard: Standard) => standard.basis === 'metered' || standard.basis === 'tiered';

/** What people call a meter: the number that is on it, where that is on file. */
const calledOf = ({ id, name }: FeeFacts['meters'][number]): string => name ?? id;

type Charged = { line: Line; stretch: Stretch };

/** Area and fixed fees: each version's share of the cycle is rounded once, then split over its stretches. */
function plainLines(input: BillInput, standard: Standard, stretches: Stretch[]): Charged[] {
  const { cycle, area } = input;
  const months = standard.per === 'month' ? cycle.months : 1;
  const fixed = fixedParts(stretches, standard, input);
  const alike = Map.groupBy(stretches, ({ version, quantity }) => `${version.n}|${quantity}`);
  return [...alike.values()].flatMap((group) => {
    const [{ version, quantity: assigned }] = group as [Stretch];
    if (standard.basis === 'area' && area === undefined) {
      throw new Unbillable(
        'noArea',
        { en: 'The unit has no area on file.', zh: '该房屋未登记面积。' },
        standard.id,
      );
    }
    const quantity = standard.basis === 'area' ? (area as string) : assigned;
    const price = version.price as string;
    const whole = priced(price, decimal(quantity), ratio(months));
    const parts = splitOver(group, times(whole, ratio(daysOf(group), cycle.days)), standard);
    return group.map((stretch, i) => {
      const line: Line = {
        ...headOf(standard, version),
        quantity,
        price,
        ...(standard.per === 'month' && { months }),
        ...(stretch.days < cycle.days && { days: [stretch.days, cycle.days] as [number, number] }),
        exact: decimalText(times(whole, ratio(stretch.days, cycle.days)), 6),
        amount: parts[i] as Fen,
      };
      return { line: takenOff(line, stretch, standard, input, fixed.get(stretch)), stretch };
    });
  });
}

/**
 * Metered fees: what each meter counted. Nobody read it when a price or payer changed, so each version of the price, with all of its
 * tiers, has its days' share of the whole, rounded once and split over its stretches.
 */
function meteredLines(
  input: BillInput,
  standard: Standard,
  stretches: Stretch[],
  estimates: Map<string, Estimate>,
): Charged[] {
  const meters = input.facts.meters.filter(({ kind }) => kind === standard.kind);
  if (meters.length === 0) {
    if (standard.appliesTo === 'all') return [];
    throw new Unbillable(
      'noMeter',
      { en: 'The unit has no such meter.', zh: '该房屋无此类表具。' },
      standard.id,
    );
  }
  const all = daysOf(stretches);
  const known = meters.flatMap((meter) => {
    if (!meter.readings.some(({ kind, day }) => kind === 'initial' || day < input.cycle.from)) {
      throw new Unbillable(
        'noReading',
        {
          en: `What meter ${calledOf(meter)} showed when ${input.cycle.name} began is not on file any more.`,
          zh: `表 ${calledOf(meter)} 在 ${input.cycle.name} 开始时的读数已不在档案中。`,
        },
        standard.id,
      );
    }
    const counted = consumption(meter.readings, input.cycle);
    if (!counted) {
      if (meter.readings.every(({ day }) => day > input.cycle.to)) return [];
      throw new Unbillable(
        'noReading',
        {
          en: `Meter ${calledOf(meter)} has no reading in ${input.cycle.name} and too few before to estimate by.`,
          zh: `表 ${calledOf(meter)} 在 ${input.cycle.name} 无读数，且历史读数不足以估算。`,
        },
        standard.id,
      );
    }
    if (counted.estimated) estimates.set(meter.id, { meterId: meter.id, value: counted.estimated.value });
    const quantity = times(counted.quantity, decimal(meter.multiplier));
    const of = {
      id: meter.id,
      from: counted.from,
      to: counted.to,
      multiplier: meter.multiplier,
      ...(counted.estimated && { estimatedFrom: counted.estimated.cycles }),
      ...(counted.changed && { changed: true }),
    };
    return [{ quantity, meter: of }];
  });
  const fixed = fixedParts(stretches, standard, input);
  const versions = Map.groupBy(stretches, ({ version }) => version.n);
  return [...versions.values()].flatMap((group) => {
    const [{ version }] = group as [Stretch];
    const parts = known.flatMap(({ quantity, meter }) =>
      tiersOf(version, quantity).map((tiered) => ({ ...tiered, meter })),
    );
    return parts.flatMap(({ part, price, tier, meter }, nth) => {
      const exact = priced(price, part);
      const amounts = splitOver(group, times(exact, ratio(daysOf(group), all)), standard);
      return group.map((stretch, i) => {
        const line: Line = {
          ...headOf(standard, version),
          quantity: decimalText(part, 6),
          price,
          ...(stretch.days < all && { days: [stretch.days, all] as [number, number] }),
          exact: decimalText(times(exact, ratio(stretch.days, all)), 6),
          meter,
          ...(tier && { tier }),
          amount: amounts[i] as Fen,
        };
        const instead = nth === 0 ? fixed.get(stretch) : 0;
        return { line: takenOff(line, stretch, standard, input, instead), stretch };
      });
    });
  });
}

/** A quantity cut into tiers, each at its price; without tiers it is one, and there is a price. */
export function tiersOf(
  version: { price?: string | undefined; tiers?: readonly Tier[] | undefined },
  quantity: Ratio,
): { part: Ratio; price: string; tier?: { above: string; upTo?: string } }[] {
  if (!version.tiers) return [{ part: quantity, price: version.price as string }];
  const parts: { part: Ratio; price: string; tier: { above: string; upTo?: string } }[] = [];
  let above = '0';
  for (const { upTo, price } of version.tiers) {
    const over = minus(quantity, decimal(above));
    if (over.n <= 0n && parts.length > 0) break;
    const room = upTo === undefined ? over : minus(decimal(upTo), decimal(above));
    const part = minus(over, room).n > 0n ? room : over;
    parts.push({ part, price, tier: { above, ...(upTo !== undefined && { upTo }) } });
    above = upTo ?? above;
  }
  return parts;
}

const headOf = (standard: Standard, version: StandardVersion) => ({
  standardId: standard.id,
  version: version.n,
  kind: standard.kind,
  name: standard.name,
  basis: standard.basis,
});

const daysOf = (stretches: readonly Stretch[]): number => stretches.reduce((sum, { days }) => sum + days, 0);

/** An amount of a fee, rounded once and split over stretches by their days, so that the parts add up. */
const splitOver = (stretches: readonly Stretch[], exact: Ratio, standard: Standard): Fen[] =>
  split(
    fen(exact, standard.id),
    stretches.map(({ days }) => days),
  );

/** What fixed exceptions ask for in each of their stretches. */
function fixedParts(stretches: Stretch[], standard: Standard, { cycle }: BillInput): Map<Stretch, Fen> {
  const parts = new Map<Stretch, Fen>();
  for (const [exception, group] of Map.groupBy(stretches, ({ exception }) => exception)) {
    if (exception?.kind !== 'fixed') continue;
    const exact = times(ratio(exception.amount), ratio(daysOf(group), cycle.days));
    const amounts = splitOver(group, exact, standard);
    for (const [i, stretch] of group.entries()) parts.set(stretch, amounts[i] as Fen);
  }
  return parts;
}

/**
 * A line with what is taken off it. An exception is decided for the unit and stands instead of the property's vacancy discount.
 * `fixed` is what a fixed one asks for; of a fee with several lines (tiers, meters) only the first carries it.
 */
function takenOff(line: Line, stretch: Stretch, standard: Standard, input: BillInput, fixed: Fen = 0): Line {
  const { exception, vacant } = stretch;
  const { vacantDiscount } = input.settings;
  const less = (percent: string) =>
    fen(times(ratio(line.amount), minus(ratio(1), times(decimal(percent), ratio(1, 100)))), standard.id);
  if (exception) {
    const { kind, reason } = exception;
    if (kind === 'exempt') return { ...line, gross: line.amount, amount: 0, off: { why: 'exempt', reason } };
    if (kind === 'discount') {
      const { percent } = exception;
      return {
        ...line,
        gross: line.amount,
        amount: less(percent),
        off: { why: 'discount', percent, reason },
      };
    }
    return { ...line, gross: line.amount, amount: fixed, off: { why: 'fixed', reason } };
  }
  if (vacant && !metered(standard) && vacantDiscount?.kinds.includes(standard.kind)) {
    const { percent } = vacantDiscount;
    return { ...line, gross: line.amount, amount: less(percent), off: { why: 'vacant', percent } };
  }
  return line;
}

function fen(exact: Ratio, standardId: string): Fen {
  try {
    return toFen(exact);
  } catch {
    throw new Unbillable(
      'tooMuch',
      { en: 'The amount is past what the books can hold.', zh: '金额超出账务上限。' },
      standardId,
    );
  }
}

function notesOf(standard: Standard, stretches: Stretch[]): Note[] {
  const notes: Note[] = [];
  const { id: standardId, name } = standard;
  // However many payers and prices an exception goes over, it is one.
  for (const exception of new Set(stretches.map(({ exception }) => exception))) {
    if (!exception) continue;
    const { reason } = exception;
    notes.push({
      kind: 'exception',
      standardId,
      words: { en: `${name}: ${reason}`, zh: `${name}：${reason}` },
    });
  }
  for (const { payerId, days } of stretches) {
    if (payerId === undefined) {
      notes.push({
        kind: 'nobody',
        standardId,
        words: {
          en: `${name}: on ${days} ${days === 1 ? 'day' : 'days'} nobody is on file to pay.`,
          zh: `${name}：有 ${days} 天未登记付款人。`,
        },
      });
    }
  }
  return notes;
}
