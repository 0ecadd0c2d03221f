/** A call to something outside, by the lines of domain code that wait for it. */
export interface Site {
  /** What makes it another place to die at: function, kind of call, lines. */
  name: string;
  /** Lines under functions/ that are under way, the innermost first: `functions/tickets/create.ts:41`. */
  lines: string[];
  /** When a function has died here, each time. */
  died: ('before' | 'after')[];
}

/** Notes the places at which functions call something outside and at which they have died. */
export class Crashes {
  readonly sites = new Map<string, Site>();

  passed(fn: string, what: string): Site {
    const lines = linesUnderWay();
    const name = `${what.replace(/ .*/, '')} (${fn}) ${lines.join(' < ')}`;
    let site = this.sites.get(name);
    if (!site) {
      site = { name, lines, died: [] };
      this.sites.set(name, site);
    }
    return site;
  }
}

/** Lines of domain code on the way to this call: those that called, and those that wait for them. */
function linesUnderWay(): string[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  const holder: { stack?: string[] } = {};
  Error.stackTraceLimit = 60;
  // Which line it is takes long to find out.
  Error.prepareStackTrace = (_, frames) =>
    frames
      .filter((frame) => frame.getFileName()?.includes('/functions/'))
      .map((frame) => `${frame.getFileName()}:${frame.getLineNumber()}`);
  Error.captureStackTrace(holder);
  const lines = holder.stack ?? [];
  Object.assign(Error, { prepareStackTrace, stackTraceLimit });
  return lines.flatMap((line) => /\/(functions\/[^?]*?)(?:\?.*)?(:\d+)$/.exec(line)?.slice(1).join('') ?? []);
}
