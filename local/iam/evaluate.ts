import type { Condition, Policy, Statement } from './policies.ts';

/*
 * A small evaluator of IAM policies, for the statements this service has. It decides nothing alone: `Iam` asks it and
 * iam-simulate, and the two have to agree. Its trace is what makes remembering their answers sound.
 */

/** What the conditions of policies can see of a request. */
export type RequestContext = Readonly<Record<string, string | readonly string[]>>;

/** One thing that a request wants to do. */
export interface Access {
  /** `dynamodb:GetItem` */
  action: string;
  /** ARN of what it is done to. */
  resource: string;
  context: RequestContext;
}

/** Who asks: the session of a role, or a service of AWS. */
export type Asker = { roleArn: string; sessionArn: string } | { service: string };

export interface Verdict {
  allowed: boolean;
  /** Forbidden by a statement, not only permitted by none. */
  forbidden: boolean;
  /** The statements that apply: those that permit it or, if it is forbidden, those that forbid it. */
  by: { statement: Statement; action: string; resource: string }[];
  /**
   * Everything of the request that the policies asked about, as outcomes. Two accesses of one role and action with the same
   * trace are alike to these policies.
   */
  trace: string;
}

/**
 * Evaluates the policies of one account: `identity` of the asker, `resource` of the thing. With `trust` that is a role's trust
 * policy, which has to permit by itself; otherwise either may permit. Throws for an operator it does not know.
 */
export function evaluate(
  asker: Asker,
  access: Access,
  policies: { identity: readonly Policy[]; resource?: Policy | undefined; trust?: boolean },
): Verdict {
  const variables = lowerCased(access.context);
  let trace = '';
  const applying = (policy: Policy) =>
    policy.statements.flatMap((statement) => {
      const met = meet(statement, asker, access, variables);
      if (!met) return [];
      trace += `${statement.id}=${met.trace};`;
      return met.applies ? [{ statement, action: met.action, resource: met.resource }] : [];
    });
  const identity = policies.identity.flatMap(applying);
  const resource = policies.resource ? applying(policies.resource) : [];
  const all = [...identity, ...resource];
  const forbids = all.filter(({ statement }) => statement.effect === 'Deny');
  if (forbids.length > 0) return { allowed: false, forbidden: true, by: forbids, trace };
  const permits = policies.trust ? resource : all;
  return { allowed: permits.length > 0, forbidden: false, by: permits.length > 0 ? all : [], trace };
}

/** How a statement stands to an access; undefined if it speaks of other actions. */
function meet(
  statement: Statement,
  asker: Asker,
  access: Access,
  variables: ReadonlyMap<string, string | readonly string[]>,
) {
  const action = statement.actions.find((one) => like(one.toLowerCase(), access.action.toLowerCase()));
  if (action === undefined) return undefined;
  let trace = '';
  let resource = statement.resources.length === 0 ? access.resource : undefined;
  for (const one of statement.resources) {
    const pattern = filled(one, variables);
    const matches = pattern !== undefined && arnLike(pattern, access.resource);
    if (matches) resource ??= one;
    trace += matches ? '1' : '0';
  }
  let principal = statement.principals === undefined;
  for (const { kind, value } of statement.principals ?? []) {
    const matches = isPrincipal(kind, value, asker);
    principal ||= matches;
    trace += matches ? 'p' : 'q';
  }
  let conditions = true;
  for (const condition of statement.conditions) {
    const outcome = holds(condition, variables);
    trace += `,${outcome.trace}`;
    conditions &&= outcome.holds;
  }
  return {
    applies: resource !== undefined && principal && conditions,
    action,
    resource: resource ?? '',
    trace,
  };
}

function isPrincipal(kind: 'AWS' | 'Service', value: string, asker: Asker): boolean {
  if (kind === 'Service') return 'service' in asker && asker.service === value;
  if ('service' in asker) return false;
  return value === '*' || value === asker.roleArn || value === asker.sessionArn;
}

type Compare = (given: string, pattern: string) => boolean;

const operators: Record<string, Compare> = {
  StringEquals: (given, value) => given === value,
  StringLike: (given, pattern) => like(pattern, given),
  ArnEquals: (given, pattern) => arnLike(pattern, given),
  ArnLike: (given, pattern) => arnLike(pattern, given),
  Bool: (given, value) => given.toLowerCase() === value.toLowerCase(),
  NumericLessThan: (given, value) => Number(given) < Number(value),
};

function holds(
  { operator, key, values }: Condition,
  variables: ReadonlyMap<string, string | readonly string[]>,
): { holds: boolean; trace: string } {
  const given = variables.get(key.toLowerCase());
  if (operator === 'Null') {
    const absent = given === undefined;
    return { holds: values.some((value) => value === String(absent)), trace: absent ? 'a' : 'h' };
  }
  const { set, ifExists, base } = parts(operator);
  const compare = operators[base];
  if (!compare) throw new Error(`the evaluator does not know the operator ${operator}`);
  if (given === undefined) return { holds: ifExists || set === 'ForAllValues', trace: '-' };
  const many = typeof given !== 'string';
  const patterns = values.map((value) => filled(value, variables));
  const outcomes = (many ? given : [given]).map((one) =>
    patterns.map((pattern) => pattern !== undefined && compare(one, pattern)),
  );
  // Many keys of one kind are alike to the policy: what counts is which kinds there are.
  const kinds = new Set(outcomes.map((bits) => bits.map((bit) => (bit ? '1' : '0')).join('')));
  const trace = `${many ? 'm' : 's'}${[...kinds].sort().join('|')}`;
  const each = outcomes.map((bits) => bits.includes(true));
  if (set === 'ForAllValues') return { holds: each.every(Boolean), trace };
  if (set === 'ForAnyValue') return { holds: each.some(Boolean), trace };
  return { holds: !many && each.every(Boolean), trace };
}

function parts(operator: string): { set: string | undefined; ifExists: boolean; base: string } {
  const [first = '', second] = operator.split(':');
  const ifExists = operator.endsWith('IfExists');
  const base = (second ?? first).replace(/IfExists$/, '');
  return { set: second === undefined ? undefined : first, ifExists, base };
}

function lowerCased(context: RequestContext): ReadonlyMap<string, string | readonly string[]> {
  return new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
}

/** `text` with its policy variables filled in; undefined if one of them has no single value. */
function filled(
  text: string,
  variables: ReadonlyMap<string, string | readonly string[]>,
): string | undefined {
  if (!text.includes('${')) return text;
  let whole = true;
  const result = text.replace(/\$\{([^}]+)\}/g, (_, name: string) => {
    const value = variables.get(name.toLowerCase());
    if (typeof value === 'string') return value;
    whole = false;
    return '';
  });
  return whole ? result : undefined;
}

/** ARNs are compared part by part: a star does not reach over the colons of the first five. */
export function arnLike(pattern: string, arn: string): boolean {
  if (pattern === '*') return true;
  const of = (text: string) => {
    const all = text.split(':');
    return [...all.slice(0, 5), all.slice(5).join(':')];
  };
  const wanted = of(pattern);
  const given = of(arn);
  return wanted.length === given.length && wanted.every((part, at) => like(part, given[at] ?? ''));
}

/** Whether a text fits a pattern with `*` and `?`. */
export function like(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
