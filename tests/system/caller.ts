import type { Cloud } from '../../local/cloud.ts';
import { hold } from '../contract/held.ts';
import { LogJudge } from './logs.ts';
import { frontOf, heardOfPrism } from './prism.ts';

/** What the service logs while this file's tests run is held against everything they tell it. */
export const judge = new LogJudge();

export interface Answer<T = unknown> {
  status: number;
  headers: Headers;
  /** The body, parsed if it is JSON. */
  body: T;
}

export type Caller = <T = Record<string, unknown>>(
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer<T>>;

/**
 * Requests with one bearer's credentials (an id token or an API key); none without. Each answer is held against the OpenAPI document:
 * one that is not as documented throws.
 */
export function caller(cloud: Cloud, credential?: string): Caller {
  judge.keep(credential);
  return async <T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    judge.tell(body);
    const front = frontOf(cloud.url, body);
    const response = await fetch(front + path, {
      method,
      headers: {
        ...(credential === undefined ? {} : { authorization: `Bearer ${credential}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = response.headers.get('content-type')?.includes('json') && text !== '';
    const { status, headers: got } = response;
    const parsed = json ? JSON.parse(text) : text;
    judge.answered(parsed);
    if (front !== cloud.url) heardOfPrism(`${method} ${path}`, got);
    hold(method, path, { status, headers: got, body: parsed });
    return { status, headers: got, body: parsed as T };
  };
}
