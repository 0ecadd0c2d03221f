import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { run } from '../../scripts/operator.ts';
import { derivedId } from '../../shared/ids.ts';
import { call, functionEnvironment } from './call.ts';

await functionEnvironment();
const { handler } = await import('../../functions/tenants/handler.ts');

/** A gateway for the operator's routes alone: it knows one token. */
const gateway = createServer((request, response) => {
  let body = '';
  request.on('data', (part) => {
    body += part;
  });
  request.on('end', () => {
    const url = new URL(request.url ?? '', 'http://localhost');
    const resource = url.pathname.replace(/ten_[0-9A-Z]{26}/, '{id}');
    const id = /ten_[0-9A-Z]{26}/.exec(url.pathname)?.[0];
    const known = request.headers.authorization === 'Bearer good';
    void call(
      handler as never,
      known ? { kind: 'operator', id: 'op' } : undefined,
      `${request.method} ${resource}`,
      {
        ...(id && { params: { id } }),
        ...(url.search && { query: Object.fromEntries(url.searchParams) }),
        ...(body && { body }),
      },
    ).then((answer) => {
      response.writeHead(answer.status, answer.headers);
      response.end(answer.body === undefined ? '' : JSON.stringify(answer.body));
    });
  });
});

let url = '';
const folder = mkdtempSync(join(tmpdir(), 'operator-'));
beforeAll(async () => {
  await new Promise<void>((listening) => gateway.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
});
afterAll(() => {
  gateway.close();
  rmSync(folder, { recursive: true });
  vi.useRealTimers();
});

async function operator(
  args: string[],
  env: Record<string, string> = { HUIFANG_OPERATOR_TOKEN: 'good', HUIFANG_URL: url },
): Promise<{ code: number; out: string; err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await run(args, {
    env,
    out: (line) => void out.push(line),
    err: (line) => void err.push(line),
    // Time passes at once.
    wait: async (seconds) => void vi.setSystemTime(Date.now() + seconds * 1000),
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}
const create = (slug: string) =>
  operator([
    ...['create', '--slug', slug, '--name', '锦绣物业'],
    ...['--owner-name', '李总', '--owner-email', `${slug}@example.com`],
  ]);

describe('the operator\u2019s command line', () => {
  it('takes an office through its life', async () => {
    const made = await create('cli-life');
    expect(made.code).toBe(0);
    expect(made.out).toContain('Created: ten_');
    expect(made.out).toContain('cli-life@example.com');
    expect((await create('cli-life')).out).toContain('Already there');
    expect((await operator(['list'])).out).toContain(derivedId('tenant', 'cli-life'));
    expect((await operator(['suspend', 'cli-life', '--reason', '欠费'])).out).toContain('suspended');
    expect(JSON.parse((await operator(['show', 'cli-life'])).out).suspendedFor).toBe('欠费');
    expect((await operator(['reactivate', derivedId('tenant', 'cli-life')])).out).toContain('active');
    const changed = await operator([
      ...['change', 'cli-life', '--name', '新名', '--tier', 'premium', '--service-phone', '010-88886666'],
    ]);
    expect(changed.out).toMatch(/^Changed: ten_.* 新名 {2}active {2}premium/);
    const now = JSON.parse((await operator(['show', 'cli-life'])).out);
    expect([now.language, now.settings]).toEqual(['zh', { servicePhone: '010-88886666' }]);
    const file = join(folder, 'office.jsonl');
    const exported = await operator(['export', 'cli-life', '--out', file]);
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    expect(exported.out).toBe(`${lines.length} items in ${file}`);
    expect(lines.map((line) => JSON.parse(line).kind)).toContain('staff');
    expect((await operator(['export', 'cli-life'])).out.split('\n')).toHaveLength(lines.length);
    vi.useFakeTimers({ toFake: ['Date'] });
    const gone = await operator(['delete', 'cli-life', '--confirm', 'cli-life']);
    vi.useRealTimers();
    expect(gone.out).toMatch(/^Deleting: \d+ items gone; looking again in 30 s[\s\S]*Deleted\.$/);
    expect((await operator(['show', 'cli-life'])).code).toBe(1);
  });

  it.each([
    ['nothing to do', [], 'Usage'],
    ['an unknown command', ['fly'], 'There is no command fly'],
    ['an unknown option', ['list', '--colour', 'red'], "Unknown option '--colour'"],
    ['too many words', ['show', 'a', 'b'], 'What is "b" for?'],
    ['an office for a command without one', ['list', 'x'], 'What is "x" for?'],
    ['nothing to change', ['change', 'cli-errors'], 'What is to be changed? Give --name'],
    ['no office', ['suspend', '--reason', 'x'], 'Which office?'],
    ['no reason', ['suspend', 'x'], '--reason is needed'],
    ['an office that is not there', ['show', 'nowhere'], '404: There is no such office.'],
    ['one to be deleted that is not there', ['delete', 'nowhere', '--confirm', 'nowhere'], 'no such office'],
    ['a folder that is not there', ['export', 'cli-errors', '--out', '/nowhere/file'], 'Cannot write'],
    ['a zone that does not exist', ['create', '--zone', 'Mars/Base'], '--slug is needed'],
  ])('with %s says what is wrong', async (_, args, expected) => {
    await create('cli-errors');
    const { code, out, err } = await operator(args as string[]);
    expect(code).toBe(1);
    expect(`${out}${err}`).toContain(expected);
  });

  it('names every field the API finds wrong', async () => {
    const { err } = await operator([
      ...['create', '--slug', 'Bad Slug', '--name', 'x', '--owner-name', 'y', '--owner-email', 'nobody'],
      ...['--tier', 'gold'],
    ]);
    expect(err).toMatch(/^400:/);
    for (const field of ['/body/slug', '/body/owner/email', '/body/tier']) expect(err).toContain(field);
  });

  it('says so when the token or the address is wrong', async () => {
    expect((await operator(['list'], { HUIFANG_URL: url })).err).toContain('HUIFANG_OPERATOR_TOKEN');
    expect((await operator(['list'], { HUIFANG_URL: url, HUIFANG_OPERATOR_TOKEN: 'bad' })).err).toContain(
      'sign in',
    );
    const closed = { HUIFANG_URL: 'http://127.0.0.1:9', HUIFANG_OPERATOR_TOKEN: 'good' };
    expect((await operator(['list'], closed)).err).toContain('does not answer');
  });
});
