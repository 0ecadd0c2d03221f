import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { api } from '../../../shared/http/api.ts';
import { type Reply, route } from '../../../shared/http/route.ts';
import { output } from '../../../shared/log.ts';
import { Refusal, type RefusalOptions } from '../../../shared/problem.ts';

beforeEach(() => {
  vi.spyOn(output, 'write').mockImplementation(() => undefined);
  vi.stubEnv('CHECK_RESPONSES', '1');
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** The status that a caller is answered whose request is handled so. */
async function statusOf(handle: () => Promise<Reply>): Promise<number> {
  const responses = { 200: z.strictObject({ n: z.number() }), 204: null };
  const handler = api([
    route({ id: 'try', method: 'GET', path: '/try', summary: '', needs: 'public', responses, handle }),
  ]);
  const event = { httpMethod: 'GET', resource: '/try', headers: {}, requestContext: { requestId: 'r' } };
  return ((await handler(event as never, {} as never)) as { statusCode: number }).statusCode;
}

const refusing = (options: RefusalOptions) =>
  statusOf(async () => {
    throw new Refusal('conflict', options);
  });
const words = { en: 'No.', zh: '不行。' };
const field = { path: '/body/n', code: 'bad', detail: words };

describe('in tests a refusal', () => {
  it('passes with words in both languages and codes', async () => {
    expect(await refusing({})).toBe(409);
    expect(await refusing({ detail: words, errors: [field] })).toBe(409);
  });

  for (const [what, options] of Object.entries({
    'no English': { detail: { en: '', zh: '不行。' } },
    'no Chinese': { detail: { en: 'No.', zh: '' } },
    'nothing but signs': { detail: { en: 'No.', zh: '：。' } },
    'a field without Chinese': {
      detail: words,
      errors: [field, { ...field, detail: { en: 'No.', zh: ' ' } }],
    },
    'a field without a code': { errors: [field, { ...field, code: '' }] },
  } satisfies Record<string, RefusalOptions>))
    it(`is an error of the program with ${what}`, async () => {
      await expect(refusing(options)).rejects.toThrow(/^conflict (says nothing|names an error without)/);
    });
});

describe('in tests an answer', () => {
  const answering = (reply: Reply) => statusOf(async () => reply);

  it('passes as the document has it', async () => {
    expect(await answering({ status: 200, body: { n: 1, left: undefined } })).toBe(200);
    expect(await answering({ status: 204 })).toBe(204);
    expect(await answering({ status: 200, body: 'written already' })).toBe(200);
  });

  it('is an error of the program with a status or a body that the document does not have', async () => {
    expect(await answering({ status: 201, body: { n: 1 } })).toBe(500);
    expect(await answering({ status: 200, body: { n: '1' } })).toBe(500);
    expect(await answering({ status: 200 })).toBe(500);
    expect(await answering({ status: 200, body: { n: 1, more: 2 } })).toBe(500);
    expect(await answering({ status: 200, body: { n: 1 }, headers: { etag: '"1"' } })).toBe(500);
  });
});

it('elsewhere nothing is held against the document', async () => {
  vi.stubEnv('CHECK_RESPONSES', '');
  expect(await refusing({ detail: { en: '', zh: '' }, errors: [{ ...field, code: '' }] })).toBe(409);
  expect(await statusOf(async () => ({ status: 201, body: { n: '1' } }))).toBe(201);
});
