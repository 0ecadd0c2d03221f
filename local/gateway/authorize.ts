import type { IncomingMessage } from 'node:http';
import { FunctionError } from '../functions.ts';
import type { AuthorizerScheme } from './routes.ts';

export interface Admission {
  context: Record<string, unknown>;
  usageKey?: string;
}

export type Verdict =
  | { admitted: Admission }
  | { refused: 'UNAUTHORIZED' | 'ACCESS_DENIED' | 'AUTHORIZER_FAILURE' };

interface AuthorizerAnswer {
  principalId?: string;
  policyDocument?: { Statement?: Statement | Statement[] };
  context?: Record<string, unknown>;
  usageIdentifierKey?: string;
}

interface Statement {
  Effect: string;
  Action: string | string[];
  Resource: string | string[];
}

/** Asks an authorizer function, keeping its answers for as long as the document says, in virtual time. */
export class Authorizer {
  private readonly scheme: AuthorizerScheme;
  private readonly invoke: (event: unknown) => Promise<unknown>;
  private readonly now: () => number;
  private readonly kept = new Map<string, { until: number; answer: AuthorizerAnswer }>();

  constructor(scheme: AuthorizerScheme, invoke: (event: unknown) => Promise<unknown>, now: () => number) {
    this.scheme = scheme;
    this.invoke = invoke;
    this.now = now;
  }

  async decide(request: IncomingMessage, methodArn: string, event: () => unknown): Promise<Verdict> {
    const identity = this.scheme.headers.map((name) => request.headers[name.toLowerCase()]);
    // With several sources all must be there: the function is not even asked.
    if (identity.some((value) => !value)) return { refused: 'UNAUTHORIZED' };
    const key = JSON.stringify(identity);
    let answer = this.recall(key);
    if (!answer) {
      try {
        answer = (await this.invoke(event())) as AuthorizerAnswer;
      } catch (error) {
        const refused = error instanceof FunctionError && error.message === 'Unauthorized';
        return { refused: refused ? 'UNAUTHORIZED' : 'AUTHORIZER_FAILURE' };
      }
      if (!answer?.principalId || !answer.policyDocument) return { refused: 'AUTHORIZER_FAILURE' };
      if (this.scheme.ttlSeconds > 0 && this.scheme.headers.length > 0)
        this.kept.set(key, { until: this.now() + this.scheme.ttlSeconds * 1000, answer });
    }
    if (!allows(answer, methodArn)) return { refused: 'ACCESS_DENIED' };
    const context = { ...stringly(answer.context ?? {}), principalId: answer.principalId };
    return {
      admitted: { context, ...(answer.usageIdentifierKey ? { usageKey: answer.usageIdentifierKey } : {}) },
    };
  }

  private recall(key: string): AuthorizerAnswer | undefined {
    const kept = this.kept.get(key);
    if (kept && kept.until > this.now()) return kept.answer;
    this.kept.delete(key);
    return undefined;
  }
}

/** API Gateway carries the context's values as strings. */
function stringly(context: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(context).map(([name, value]) => [name, String(value)]));
}

function allows(answer: AuthorizerAnswer, methodArn: string): boolean {
  const statements = [answer.policyDocument?.Statement ?? []].flat();
  const hits = (statement: Statement) =>
    [statement.Action].flat().some((action) => glob(action, 'execute-api:Invoke')) &&
    [statement.Resource].flat().some((resource) => glob(resource, methodArn));
  const hit = statements.filter(hits);
  return hit.some(({ Effect }) => Effect === 'Allow') && !hit.some(({ Effect }) => Effect === 'Deny');
}

function glob(pattern: string, text: string): boolean {
  const source = pattern
    .split('*')
    .map((part) => part.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('?', '.'))
    .join('.*');
  return new RegExp(`^${source}$`, 's').test(text);
}
