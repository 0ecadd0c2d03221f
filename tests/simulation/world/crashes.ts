/** Where a function can die: the line of a domain's code that waits, what it waits for, and whose code it is run by. */
export interface Site {
  name: string;
  passed: number;
  before: number;
  after: number;
}

const here = 'tests/simulation/';

/** Counts at which awaits around calls functions have died, before the call went out and after it was done. */
export class Crashes {
  readonly sites = new Map<string, Site>();

  site(fn: string, what: string): Site {
    const name = `${placeOf()} ${what.replace(/ .*/, '')} (${fn})`;
    let site = this.sites.get(name);
    if (!site) {
      site = { name, passed: 0, before: 0, after: 0 };
      this.sites.set(name, site);
    }
    site.passed++;
    return site;
  }

  crashed(site: Site | undefined, when: 'before' | 'after'): void {
    if (site) site[when]++;
  }
}

/** The innermost line under functions/ on the way to this call, or else under shared/. */
function placeOf(): string {
  const { prepareStackTrace, stackTraceLimit } = Error;
  const holder: { stack?: string[] } = {};
  Error.stackTraceLimit = 40;
  Error.prepareStackTrace = (_, frames) =>
    frames.map((frame) => `${frame.getFileName() ?? ''}:${frame.getLineNumber()}`);
  Error.captureStackTrace(holder);
  const lines = (holder.stack ?? []).filter((line) => !line.includes(here));
  Object.assign(Error, { prepareStackTrace, stackTraceLimit });
  const line =
    lines.find((one) => one.includes('/functions/')) ?? lines.find((one) => one.includes('/shared/'));
  return line?.replace(/^.*\/(functions|shared)\//, '$1/').replace(/\?[^:]*/, '') ?? 'nowhere';
}
