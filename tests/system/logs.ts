/**
 * Hears every line that functions log in a system test and holds it against what the test told the service: nobody's name, number or
 * address, no words of a body, no credential may be in a log. Always on (see `harness.ts`): a new route or a new log line is
 * judged without anybody remembering.
 */
export class LogJudge {
  private readonly lines = new Map<string, string>();
  private readonly told = new Set<string>();
  private readonly secrets = new Set<string>();
  /** How many lines were heard, repeated ones as well. */
  heard = 0;

  hear(fn: string, line: string): void {
    this.heard += 1;
    // The gate of the local cloud names keys; it is no function of the service.
    if (!line.startsWith('IAM:')) this.lines.set(timeless(line), fn);
  }

  /** A request's body, or one as it was typed. */
  tell(body: unknown): void {
    if (typeof body === 'string') {
      if (personal(body)) this.told.add(body);
    } else if (Array.isArray(body)) for (const one of body) this.tell(one);
    else if (typeof body === 'object' && body !== null) for (const one of Object.values(body)) this.tell(one);
  }

  /** What nobody else may know: a token, a key. */
  keep(secret: string | undefined): void {
    if (secret !== undefined && secret.length >= 12) this.secrets.add(secret);
  }

  /** An answer: keys, webhook secrets and one-time links are shown in one only. */
  answered(body: unknown): void {
    if (typeof body === 'string') {
      if (/^(hf_|whsec_)/.test(body)) this.keep(body);
      this.keep(/\/c\/([\w.~-]+)$/.exec(body)?.[1]);
    } else if (Array.isArray(body)) for (const one of body) this.answered(one);
    else if (typeof body === 'object' && body !== null)
      for (const one of Object.values(body)) this.answered(one);
  }

  /** What was logged that should not have been, one line each. */
  verdict(): string[] {
    const all = [...this.lines.keys()].join('\n');
    const leaked = [...this.secrets, ...this.told].filter((value) => all.includes(quoted(value)));
    const found = leaked.map((value) => `${this.from(quoted(value))} logged ${JSON.stringify(value)}`);
    for (const [line, fn] of this.lines) {
      const match = forms.exec(line);
      if (match) found.push(`${fn} logged what looks like a number or a credential: ${match[0]}`);
    }
    return found;
  }

  private from(value: string): string {
    for (const [line, fn] of this.lines) if (line.includes(value)) return fn;
    return 'a function';
  }
}

/** A mobile number by itself, or the beginning of a credential. */
const forms = /(?<![\w.-])1[3-9]\d{9}(?![\w.])|\bBearer\s+\S{8}|\bhf_\w{8}|\bwhsec_\w{8}|\beyJ[\w-]{20}/;

/** A text that tells something about somebody: a number, an address, Chinese, or several words. Ids, codes and days are not. */
function personal(text: string): boolean {
  if (/^\d{4}-\d\d-\d\d/.test(text)) return false;
  if (/^\+?[\d ()-]{7,}$/.test(text) || /^[^\s@]+@[^\s@]+\.\w+$/.test(text)) return true;
  return /\p{Script=Han}{2}/u.test(text) || (text.length >= 8 && /\p{L}\s\p{L}/u.test(text));
}

/** As a text stands in a line of JSON. */
const quoted = (value: string) => JSON.stringify(value).slice(1, -1);

/** Lines that differ in their moment only are one. */
const timeless = (line: string) => line.replace(/"(time|Timestamp)":("[^"]*"|\d+)/g, '"$1":0');
