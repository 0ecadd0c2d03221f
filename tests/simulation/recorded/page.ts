import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import type { Item, Key } from '../../../shared/table.ts';
import { lineOf } from '../crashes/picture.ts';
import type { Trace } from '../life/rig.ts';

type Members = Record<string, unknown>;

/** In nearly every answer. */
const usual = new Set([
  'cache-control: no-store',
  'content-type: application/json; charset=utf-8',
  'x-content-type-options: nosniff',
]);

/** Of more lines than these the rest is told by a hash. */
const mostLines = 40;

const ids = /\b(?:([a-z]{3})_)?[0-9A-HJKMNP-TV-Z]{26}\b/g;

/** What is written of one thing; `whole`: it is never told by a hash alone. */
interface Entry {
  text: string;
  whole?: boolean;
}

/**
 * What happened, in lines that stay as they are until the service does something else. Of what is like something before, but for ids,
 * moments, words and numbers, there is only a hash; what is asked and refused is always written out.
 */
export class Page {
  private readonly written: string[] = [];
  private title = '';
  private entries: Entry[] = [];
  private readonly shapes = new Set<string>();
  private readonly names = new Map<string, string>();
  private readonly counts = new Map<string, number>();

  take(): string {
    return `${this.written.splice(0).join('\n')}\n`;
  }

  begin(kind: string, given: unknown): void {
    this.title = `## ${kind}`;
    this.entries = [];
    if (given !== undefined) this.add({ text: askedOf(given as Members), whole: true });
  }

  /** Lines by themselves under a title; without any nothing. */
  section(title: string, lines: readonly string[]): void {
    if (lines.length > 0) this.written.push('', `## ${title}`, ...lines);
  }

  end(): void {
    const { title, entries } = this;
    const step = entries.some(({ whole }) => whole)
      ? undefined
      : this.alike(entries.map(({ text }) => text).join('\n'));
    if (step) return void this.written.push(`${title}: ${step}`);
    this.written.push('', title);
    for (const { text, whole } of entries) {
      const alike = !whole && text.length > 120 && this.alike(text);
      this.written.push(alike ? `${/^[-+~>.=] \S+( \w\S*)?/.exec(text)?.[0] ?? '='} ${alike}` : cut(text));
    }
  }

  /** What to say instead of a text that is like one before. */
  private alike(text: string): string | undefined {
    const nameless = text.replace(/\b([a-z]{2,3}_)\d+/g, '$1');
    const shape = nameless
      .replace(/'[^'\n]*'|\d+|\s+/g, '')
      .replace(/,+/g, ',')
      .replace(/(\{[^{}]*\},?)\1+/g, '$1');
    if (this.shapes.has(shape)) return `like one before, ${hashOf(nameless)}`;
    this.shapes.add(shape);
    return undefined;
  }

  answer(value: unknown): void {
    if (value === undefined) return;
    const { statusCode, headers, body, ...rest } = value as Members;
    if (statusCode === undefined) {
      this.add({ text: `= ${laid(value)}` });
      return;
    }
    const { 'content-type': type, ...others } = headers as Record<string, string>;
    const problem = String(type).startsWith('application/problem+json');
    const said = Object.entries({ ...others, ...(!problem && { 'content-type': type }), ...rest })
      .map(([name, one]) => `${name}: ${laid(one)}`)
      .filter((line) => !usual.has(line) && !(problem && line.startsWith('content-language')));
    const text = problem ? problemOf(JSON.parse(body as string)) : parsed(body as string);
    this.add(
      { text: [`= ${statusCode}`, ...said.sort()].join('\n') },
      ...(text ? [{ text, whole: problem }] : []),
    );
  }

  /** What was written and told. */
  trace({ changes, sent, told }: Trace, now: (key: Key) => Item | undefined): void {
    const first = new Map<string, Item | undefined>();
    for (const { key, before } of changes) {
      const name = JSON.stringify(key);
      if (!first.has(name)) first.set(name, before);
    }
    for (const [name, before] of first) {
      const key = JSON.parse(name) as Key;
      this.lines([changed(key, before, now(key))]);
    }
    for (const { queue, body, group } of sent) this.lines([`> ${queue} (${group}): ${body}`]);
    for (const { said } of told) this.lines([`> ${laid(said)}`]);
  }

  logs(lines: readonly string[]): void {
    for (const line of lines) {
      const { time: _, stack: __, ms: ___, ...rest } = JSON.parse(line) as Members;
      this.lines([`. ${laid(rest)}`]);
    }
  }

  lines(lines: readonly string[]): void {
    this.add(...lines.map((text) => ({ text })));
  }

  private add(...entries: Entry[]): void {
    this.entries.push(...entries.map((entry) => ({ ...entry, text: this.plain(entry.text) })));
  }

  /** Without what is drawn anew or moves with each step: ids by kind and number, moments to the minute, secrets as such. */
  private plain(text: string): string {
    return text
      .replace(/(requestId"?: ?['"])\d+ /g, '$1')
      .replace(/(itemIdentifier"?: ?['"])(\d+)/g, (_, before, n) => before + this.named(n, 'record'))
      .replace(ids, (id, kind = 'id') => this.named(id, kind))
      .replace(/(\d{4}-\d\d-\d\d[T ]\d\d:\d\d):\d\d(?:\.\d+)?/g, '$1')
      .replace(/\b1[5-9]\d{8}(\d{3})?\b/g, (time, ms) =>
        new Date(Number(time) * (ms ? 1 : 1000)).toISOString().slice(0, 16),
      )
      .replace(/(?<![A-Za-z0-9_+/=-])[A-Za-z0-9_+/=-]{40,}/g, '<secret>');
  }

  private named(id: string, kind: string): string {
    const known = this.names.get(id);
    if (known) return known;
    const n = (this.counts.get(kind) ?? 0) + 1;
    this.counts.set(kind, n);
    const name = `${kind}_${n}`;
    this.names.set(id, name);
    return name;
  }
}

/** A text in short: another text has another. */
export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);

function cut(text: string): string {
  const lines = text.split('\n');
  if (lines.length <= mostLines) return text;
  const rest = lines.slice(mostLines);
  return [...lines.slice(0, mostLines), `… ${rest.length} more lines ${hashOf(rest.join('\n'))}`].join('\n');
}

const laid = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : inspect(value, {
        depth: Number.POSITIVE_INFINITY,
        maxArrayLength: null,
        maxStringLength: null,
        breakLength: 160,
        compact: 4,
      });

function parsed(body: string): string {
  try {
    return laid(JSON.parse(body));
  } catch {
    return body;
  }
}

/** Who asks for what, and what goes with it. */
function askedOf({ who, route, ...rest }: Members): string {
  const { kind, id, tenantId, ...more } = (who ?? {}) as Members;
  const by = kind ? `${kind} ${id}${tenantId ? ` of ${tenantId}` : ''} ${laid(more)}` : 'nobody';
  const given = Object.entries(rest).filter(
    ([, one]) => one !== undefined && (typeof one === 'string' || laid(one) !== '{}'),
  );
  return [`${route} by ${by}`, ...given.map(([name, one]) => `${name}: ${laid(one)}`)].join('\n');
}

/** A problem without what is in every one. */
function problemOf({ type, status: _, requestId: __, ...rest }: Members): string {
  return `${String(type).split('/').at(-1)} ${laid(rest)}`;
}

/** An item that is new, as a whole; of one that was there what is otherwise. */
function changed(key: Key, before: Item | undefined, after: Item | undefined): string {
  const name = `${key.pk} ${key.sk}`;
  if (!after) return before ? `- ${name}` : `+- ${name}`;
  const { pk: _, sk: __, ...members } = JSON.parse(lineOf(after)) as Members;
  if (!before) return `+ ${name} ${laid(members)}`;
  return `~ ${name} ${laid(difference(JSON.parse(lineOf(before)) as Members, { ...key, ...members }))}`;
}

/** Members that are otherwise, those that are gone as undefined. */
function difference(before: Members, after: Members): Members {
  const found: Members = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [was, is] = [before[name], after[name]];
    if (JSON.stringify(was) === JSON.stringify(is)) continue;
    const deeper = name === 'rest' && was && is;
    found[name] = deeper ? difference(was as Members, is as Members) : is;
  }
  return found;
}
