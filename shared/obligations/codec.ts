import type { Channel, Recipient, StepKind } from '../policy/index.ts';
import { addDays, type DayKind, iso, msOf, type Reason } from '../time/index.ts';
import type { PlannedStep } from './types.ts';

/*
 * Steps and reasons as short texts. An obligation is written with every ticket and again with every reminder, and each kB begun
 * is a write unit: as maps a ladder of eleven steps alone has 1.5 kB, as text 0.3 kB.
 */

/** Letter -> word and back. */
function letters<T extends string>(table: Record<T, string>) {
  const back = new Map(Object.entries(table).map(([word, letter]) => [letter, word as T]));
  return {
    of: (word: T): string => table[word],
    word(letter: string): T {
      const word = back.get(letter);
      if (word === undefined) throw new Error(`no word for ${letter}`);
      return word;
    },
  };
}

const kinds = letters<StepKind>({ remind: 'r', due: 'd', escalate: 'e' });
const people = letters<Recipient>({ owner: 'o', lead: 'l', supervisor: 's', manager: 'm' });
const ways = letters<Channel>({ inbox: 'i', email: 'e', robot: 'r', webhook: 'w' });
const whys = letters<DayKind | 'pastClosing'>({
  working: 'd',
  weekend: 'w',
  holiday: 'h',
  makeup: 'm',
  extraWork: 'x',
  extraRest: 'r',
  pastClosing: 'p',
});

const short = (instant: string) => msOf(instant).toString(36);
const long = (text: string) => iso(Number.parseInt(text, 36));

/**
 * `number,moment,kind and flags,recipients,channels,sent`, steps separated by blanks. The moment is counted from that of the step
 * before, `sent` from the moment. Left out: what the step before says too, and a number that follows its.
 */
export function packSteps(steps: readonly PlannedStep[]): string {
  let number = 0;
  let from = 0;
  let last: string[] | undefined;
  return steps
    .map(({ n, at, kind, to, channels, critical, merge, sentAt }) => {
      const told = [
        `${kinds.of(kind)}${critical ? 'c' : ''}${merge ? 'm' : ''}`,
        to.map(people.of).join(''),
        channels.map(ways.of).join(''),
      ];
      const words = told.map((word, i) => (word === last?.[i] ? '' : word));
      const moment = msOf(at);
      const sent = sentAt === undefined ? '' : (msOf(sentAt) - moment).toString(36);
      const token = [n === number + 1 ? '' : n, (moment - from).toString(36), ...words, sent].join(',');
      number = n;
      from = moment;
      last = told;
      return token.replace(/,+$/, '');
    })
    .join(' ');
}

/** What is read is what `packSteps` wrote: the first step says all of itself. */
export function unpackSteps(text: string): PlannedStep[] {
  let last = { n: 0 } as { n: number; kind: string; to: string; channels: string };
  let from = 0;
  return words(text).map((token) => {
    const [n, after, kind, to, channels, sent] = token.split(',') as [string, string, ...string[]];
    last = {
      n: n ? Number(n) : last.n + 1,
      kind: kind || last.kind,
      to: to || last.to,
      channels: channels || last.channels,
    };
    from += Number.parseInt(after, 36);
    return {
      n: last.n,
      at: iso(from),
      kind: kinds.word(last.kind.charAt(0)),
      to: [...last.to].map(people.word),
      channels: [...last.channels].map(ways.word),
      // No kind of step has the letter of a flag.
      critical: last.kind.includes('c'),
      merge: last.kind.includes('m'),
      ...(sent && { sentAt: iso(from + Number.parseInt(sent, 36)) }),
    };
  });
}

type Named = Extract<Reason, { why: unknown }>;
type Names = [string, string][];

const marks: Record<Named['kind'], string> = { rest: 'r', skipped: 's', worked: 'w', closed: 'x' };
const ruleOf: Record<string, Pick<Named, 'rule' | 'kind'>> = {
  r: { rule: 'TIME-3', kind: 'rest' },
  s: { rule: 'TIME-5', kind: 'skipped' },
  w: { rule: 'TIME-5', kind: 'worked' },
  x: { rule: 'TIME-9', kind: 'closed' },
};

/** Reasons as text; days in a row with one ground are one word, names of holidays are kept once. */
export function packReasons(reasons: readonly Reason[]): { text: string; names: Names } {
  const names: Names = [];
  const tokens: string[] = [];
  let run: { first: Named; length: number } | undefined;
  const close = () => {
    if (run) tokens.push(packRun(run, names));
    run = undefined;
  };
  for (const reason of reasons) {
    if ('why' in reason) {
      if (run && follows(run, reason)) run.length++;
      else {
        close();
        run = { first: reason, length: 1 };
      }
    } else {
      close();
      tokens.push(packPlain(reason));
    }
  }
  close();
  return { text: tokens.join(' '), names };
}

function follows({ first, length }: { first: Named; length: number }, next: Named): boolean {
  return (
    next.kind === first.kind &&
    next.why === first.why &&
    next.day === addDays(first.day, length) &&
    next.name?.en === first.name?.en &&
    next.name?.zh === first.name?.zh
  );
}

function packRun({ first, length }: { first: Named; length: number }, names: Names): string {
  let name = '';
  if (first.name) {
    const { en, zh } = first.name;
    let at = names.findIndex((known) => known[0] === en && known[1] === zh);
    if (at < 0) at = names.push([en, zh]) - 1;
    name = String(at);
  }
  return `${marks[first.kind]},${first.day},${whys.of(first.why)},${length},${name}`;
}

function packPlain(reason: Exclude<Reason, Named>): string {
  switch (reason.kind) {
    case 'begins':
      return `b,${reason.day}`;
    case 'runs':
      return `h,${short(reason.from)},${reason.n}`;
    case 'ends':
      return `e,${reason.day},${reason.rule.slice(-1)},${reason.clamped ? 'c' : ''}`;
    case 'counted':
      return `k,${reason.day},${reason.n}`;
    case 'closes':
      return `c,${reason.day},${reason.time},${reason.open ? 1 : 0}`;
    case 'named':
      return `n,${short(reason.at)}`;
    case 'provisional':
      return `p,${reason.year}`;
  }
}

export function unpackReasons(text: string, names?: Names): Reason[] {
  return words(text).flatMap((token): Reason[] => {
    const [mark, a, b, c, d] = token.split(',') as [string, string, string, string, string];
    const named = ruleOf[mark];
    if (named) {
      const name = names?.[Number.parseInt(d, 10)];
      return Array.from({ length: Number(c) }, (_, i) => {
        const day = addDays(a, i);
        return {
          ...named,
          day,
          why: whys.word(b),
          ...(name && { name: { en: name[0], zh: name[1] } }),
        } as Named;
      });
    }
    return [unpackPlain(mark, a, b, c)];
  });
}

function unpackPlain(mark: string, a: string, b: string, c: string): Reason {
  switch (mark) {
    case 'b':
      return { rule: 'TIME-1', kind: 'begins', day: a };
    case 'h':
      return { rule: 'TIME-2', kind: 'runs', from: long(a), n: Number(b) };
    case 'e':
      return {
        rule: b === '8' ? 'TIME-8' : 'TIME-1',
        kind: 'ends',
        day: a,
        ...(c === 'c' && { clamped: true }),
      };
    case 'k':
      return { rule: 'TIME-6', kind: 'counted', day: a, n: Number(b) };
    case 'c':
      return { rule: 'TIME-4', kind: 'closes', day: a, time: b, open: c === '1' };
    case 'n':
      return { rule: 'TICKET-6', kind: 'named', at: long(a) };
    case 'p':
      return { rule: 'TIME-7', kind: 'provisional', year: Number(a) };
    default:
      throw new Error(`no reason is written ${mark}`);
  }
}

const words = (text: string) => (text === '' ? [] : text.split(' '));
