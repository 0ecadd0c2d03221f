import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import { type Cloud, type CloudOptions, region, startCloud } from '../../local/cloud.ts';
import { hold } from '../contract/held.ts';

export type { Cloud };

const assembly = join(import.meta.dirname, '..', '..', 'cdk.out', region);

/** Why the service cannot be started here; undefined if it can. Tests are skipped with it. */
export const unready =
  existsSync(assembly) && readdirSync(assembly).some((name) => name.endsWith('.template.json'))
    ? undefined
    : 'there is no cdk.out: run "npm run synth" first';

/**
 * The service of the synthesized template, empty and in memory, one for each test file that asks, all on one
 * DynamoDB Local: a warm one works twice as fast. Nothing runs in the background: `settle` works off what is there, `advance` lets time pass. Stop it in `afterAll`.
 *
 *     let cloud: Cloud;
 *     beforeAll(async () => { cloud = await testCloud({ clock: '2026-09-30T10:00:00+08:00' }); });
 *     afterAll(() => cloud?.stop());
 */
export function testCloud(options: CloudOptions = {}): Promise<Cloud> {
  return startCloud({
    dynamodb: inject('dynamodb'),
    ...(process.env.HUIFANG_LOG === '1' ? { onLine: (fn, line) => console.log(`${fn}: ${line}`) } : {}),
    ...options,
  });
}

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
  return async <T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(cloud.url + path, {
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
    hold(method, path, { status, headers: got, body: parsed });
    return { status, headers: got, body: parsed as T };
  };
}
