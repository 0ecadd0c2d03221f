import { from, stories, townOn } from '../life/stories.ts';
import { domains } from '../service/functions.ts';
import { type Deaths, deathsAt, deathsOn, type Line, waitingLines } from './lines.ts';
import { type Reach, Sweep } from './sweep.ts';

/** Routes that call nothing outside. */
const alone = new Set(['getHealth', 'getOpenApi']);

export interface Swept {
  deaths: number;
  /** What was otherwise in the end because a function had died. */
  findings: string[];
  /** Lines of domain code that wait for something outside, and how often functions have died there. */
  lines: (Line & Deaths)[];
  /** Routes that no story asks. */
  unasked: string[];
}

/** The life of an office (life/stories.ts), in which functions die everywhere before and after their calls, as far as `reach` says. */
export async function sweepCrashes(reach: Reach): Promise<Swept> {
  const sweep = new Sweep({ from, reach });
  const town = townOn(sweep);
  for (const story of Object.values(stories)) await story(town);
  const deaths = deathsAt(sweep.rig.crashes.sites.values());
  const ids = Object.values(domains).flatMap((routes) => routes.map(({ id }) => id));
  return {
    deaths: sweep.deaths,
    findings: sweep.findings,
    lines: waitingLines().map((line) => ({ ...line, ...deathsOn(line, deaths) })),
    unasked: ids.filter((id) => !alone.has(id) && !town.asked.has(id)),
  };
}

/** What came of it, in lines; the first is the result. */
export function reportOf({ deaths, findings, lines, unasked }: Swept): {
  good: boolean;
  summary: string[];
  all: string[];
} {
  const missed = lines.filter(({ before, after }) => before === 0 || after === 0);
  const summary = [
    `functions died ${deaths} times; ${findings.length} times something was otherwise in the end`,
    `${lines.length - missed.length} of ${lines.length} waiting lines of domain code have died before and after what they wait for`,
    ...findings.slice(0, 10).map((text) => `  ${text.slice(0, 1000)}`),
    ...missed.map(({ name, text }) => `  nobody died at ${name}: ${text}`),
    ...unasked.map((id) => `  no story asks ${id}`),
  ];
  return {
    good: findings.length + missed.length + unasked.length === 0,
    summary,
    all: [
      ...summary.slice(0, 2),
      '',
      ...lines.map(({ name, text, before, after }) => `${before} before, ${after} after: ${name} ${text}`),
      '',
      ...findings,
    ],
  };
}
