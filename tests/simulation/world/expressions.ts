/*
 * The few forms of DynamoDB's expressions that shared/table.ts and shared/system.ts write. Whatever else comes is an error: then this
 * file has to learn it, and the differential test (tests/integration/simulated-table.test.ts) has to show that it did.
 */

export type Attributes = Record<string, unknown>;

/** `ExpressionAttributeNames` and `ExpressionAttributeValues`. */
export interface Placeholders {
  names: Record<string, string>;
  values: Attributes;
}

type Test = (item: Attributes | undefined, with_: Placeholders) => boolean;

const conditions = new Map<string, Test>();

/** A condition on one item: clauses joined by OR. */
export function holds(expression: string, item: Attributes | undefined, given: Placeholders): boolean {
  let test = conditions.get(expression);
  if (!test) {
    const clauses = expression.split(' OR ').map(clause);
    test = (one, with_) => clauses.some((part) => part(one, with_));
    conditions.set(expression, test);
  }
  return test(item, given);
}

function clause(text: string): Test {
  const [, verb, attribute] = /^(attribute_exists|attribute_not_exists)\((\S+)\)$/.exec(text) ?? [];
  if (attribute) {
    const wanted = verb === 'attribute_exists';
    return (item, { names }) => (item?.[names[attribute] ?? attribute] !== undefined) === wanted;
  }
  const [, left, operator, right] = /^(\S+) (=|<=) (:\w+)$/.exec(text) ?? [];
  if (!left || !operator || !right) throw new Error(`not among the conditions in use: ${text}`);
  return (item, { names, values }) => {
    const stored = item?.[names[left] ?? left];
    const value = values[right];
    if (stored === undefined || typeof stored !== typeof value) return false;
    return operator === '=' ? stored === value : (stored as number) <= (value as number);
  };
}

/** What a query asks of the two keys of a table or an index. */
export interface KeyRange {
  hash: string;
  /** Whether a sort key is in the range, and whether everything after it is beyond. */
  within(range: string): boolean;
  beyond(range: string): boolean;
}

/** `#h = :h AND …`; the left sides have to name the keys, which the caller knows. */
export function keyRange(expression: string, { values }: Placeholders): KeyRange {
  const [first = '', ...rest] = expression.split(' AND ');
  const hash = text(values, /^\S+ = (:\w+)$/.exec(first)?.[1]);
  const second = rest.join(' AND ');
  if (second === '') return { hash, within: () => true, beyond: () => false };
  const [, prefixed] = /^begins_with\(\S+, (:\w+)\)$/.exec(second) ?? [];
  if (prefixed) {
    const prefix = text(values, prefixed);
    return {
      hash,
      within: (range) => range.startsWith(prefix),
      beyond: (range) => range > prefix && !range.startsWith(prefix),
    };
  }
  const [, from, to] = /^\S+ BETWEEN (:\w+) AND (:\w+)$/.exec(second) ?? [];
  if (from) {
    const [a, b] = [text(values, from), text(values, to)];
    return { hash, within: (range) => range >= a && range <= b, beyond: (range) => range > b };
  }
  const [, operator, right] = /^\S+ (>=|<=|<) (:\w+)$/.exec(second) ?? [];
  const value = text(values, right);
  if (operator === '>=') return { hash, within: (range) => range >= value, beyond: () => false };
  if (operator === '<=') return { hash, within: (range) => range <= value, beyond: (range) => range > value };
  if (operator === '<') return { hash, within: (range) => range < value, beyond: (range) => range >= value };
  throw new Error(`not among the key conditions in use: ${expression}`);
}

function text(values: Attributes, name: string | undefined): string {
  const value = values[name ?? ''];
  if (typeof value !== 'string') throw new Error('a key condition without its text');
  return value;
}

type Change = { word: 'SET' | 'REMOVE' | 'ADD'; path: string[]; value: string | undefined };

const updates = new Map<string, Change[]>();

/** Applies `SET a = :x, … REMOVE b, … ADD c :y, …` to a copy of an item, which it changes. Throws `TypeError` for a bad path. */
export function update(expression: string, item: Attributes, { names, values }: Placeholders): void {
  let changes = updates.get(expression);
  if (!changes) {
    changes = changesOf(expression);
    updates.set(expression, changes);
  }
  for (const { word, path, value } of changes) {
    const steps = path.map((step) => names[step] ?? step);
    const last = steps.pop() as string;
    let map = item;
    for (const step of steps) {
      const next = map[step];
      if (typeof next !== 'object' || next === null || Array.isArray(next))
        throw new TypeError('no such path');
      map = next as Attributes;
    }
    if (word === 'REMOVE') delete map[last];
    else if (word === 'SET') map[last] = values[value as string];
    else map[last] = ((map[last] as number | undefined) ?? 0) + (values[value as string] as number);
  }
}

function changesOf(expression: string): Change[] {
  return expression.split(/ ?(?=\b(?:SET|REMOVE|ADD) )/).flatMap((part) => {
    const [, word, terms] = /^(SET|REMOVE|ADD) (.*)$/.exec(part) ?? [];
    if (!word || !terms) throw new Error(`not among the updates in use: ${expression}`);
    return terms.split(', ').map((term): Change => {
      const [, path, value] = /^([\w#.]+)(?: (?:= )?(:\w+))?$/.exec(term) ?? [];
      if (!path || (value === undefined) !== (word === 'REMOVE')) {
        throw new Error(`not among the updates in use: ${expression}`);
      }
      return { word: word as Change['word'], path: path.split('.'), value };
    });
  });
}
