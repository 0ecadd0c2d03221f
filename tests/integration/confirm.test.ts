import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { keys } from '../../shared/keys.ts';
import { confirmed } from '../samples.ts';
import { functionEnvironment } from './call.ts';
import { makeOffice, type TestOffice } from './tickets.ts';

const { tableName } = await functionEnvironment();
const { handler } = await import('../../functions/tickets/handler.ts');
const { handler: confirm } = await import('../../functions/confirm/handler.ts');

let office: TestOffice;
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-09-30T10:00:00+08:00') });
  office = await makeOffice(tableName, handler);
});
afterAll(() => {
  vi.useRealTimers();
});

interface Page {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
}

/** The page as a browser asks for it: nobody is known, the body a form's. */
const browse = (token: string, form?: Record<string, string>, type = 'application/x-www-form-urlencoded') =>
  confirm(
    {
      httpMethod: form ? 'POST' : 'GET',
      resource: '/c/{token}',
      path: `/c/${token}`,
      headers: form ? { 'content-type': type } : {},
      pathParameters: { token },
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      body: form ? new URLSearchParams(form).toString() : null,
      isBase64Encoded: false,
      requestContext: { requestId: 'r' },
    } as never,
    {} as never,
  ) as Promise<Page>;

const yes = { ...confirmed, note: '谢谢\r\n很快', name: '李女士' };

async function resolved(
  body: Record<string, unknown> = {},
): Promise<{ id: string; token: string; url: string }> {
  const { id } = (await office.create(body)).body;
  await office.step(id, 'resolve', { what: '更换水泵密封圈' });
  const { body: link } = await office.step(id, 'confirmation-links', undefined);
  return { id, url: link.url, token: link.url.split('/c/')[1] };
}

describe('a one-time link', () => {
  it('shows the customer what was done, and is not used up by looking', async () => {
    const { token, url } = await resolved({ title: '停水 <b onclick="x">' });
    expect(url).toBe(`http://localhost:3000/c/${token}`);
    for (let look = 0; look < 2; look++) {
      const page = await browse(token);
      expect(page.statusCode).toBe(200);
      expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
      expect(page.headers['content-security-policy']).toContain("default-src 'none'");
      expect(page.headers['referrer-policy']).toBe('no-referrer');
      expect(page.body).toContain('更换水泵密封圈');
      expect(page.body).toContain('2026-09-30 10:00');
      expect(page.body).not.toContain('<b onclick');
    }
  });

  it('answers nothing on behalf of the customer', async () => {
    const { token } = await resolved();
    const page = await browse(token);
    const score = /<select name="score" required>(.*?)<\/select>/.exec(page.body)?.[1];
    expect(score).toMatch(/^<option value=""><\/option><option>10<\/option>/);
    expect(page.body).not.toMatch(/checked|selected/);
  });

  it('closes a complaint with the customer\u2019s own word and typed name', async () => {
    const { id, token } = await resolved();
    const page = await browse(token, yes);
    expect(page.statusCode).toBe(200);
    for (const said of ['谢谢', '您的确认已记录，工单已关闭。', 'the case is closed'])
      expect(page.body).toContain(said);
    const { body } = await office.get(id);
    expect(body).toMatchObject({
      status: 'closed',
      obligations: [],
      callback: {
        outcome: 'satisfied',
        method: 'link',
        score: 10,
        quality: 'fair',
        charged: false,
        note: '谢谢\r\n很快',
        signature: { name: '李女士' },
        by: `customer:${id}`,
      },
    });
    expect((await office.events(id)).at(-1)).toMatchObject({
      type: 'ticket.closed',
      actor: `customer:${id}`,
    });
    expect(JSON.stringify(await office.events(id))).not.toContain('李女士');
  });

  it('works once', async () => {
    const { id, token } = await resolved();
    const answers = await Promise.all([browse(token, yes), browse(token, yes), browse(token, yes)]);
    expect(answers.map((page) => page.statusCode).sort()).toEqual([200, 410, 410]);
    expect((await browse(token)).statusCode).toBe(410);
    expect((await office.events(id)).filter((event) => event.type === 'ticket.closed')).toHaveLength(1);
  });

  it.each([
    ['not satisfied', { satisfied: 'no' }],
    ['not solved', { solved: 'no' }],
  ])('opens the ticket again where the customer is %s', async (_, change) => {
    const { id, token } = await resolved();
    const page = await browse(token, { ...yes, ...change });
    expect(page.statusCode).toBe(200);
    for (const said of ['我们将重新处理', 'The case is open again']) expect(page.body).toContain(said);
    expect((await office.get(id)).body).toMatchObject({ status: 'reopened', rework: 1 });
    expect((await browse(token, yes)).statusCode).toBe(410);
  });

  it.each([
    ['without a name', { name: ' ' }],
    ['without an answer', { solved: '' }],
    ['with a score of 11', { score: '11' }],
    ['with a control character', { note: 'a\u0000b' }],
  ])('asks again when the form comes back %s', async (_, change) => {
    const { id, token } = await resolved();
    const page = await browse(token, { ...yes, ...change });
    expect([page.statusCode, page.body.includes('请完整填写')]).toEqual([400, true]);
    expect((await office.get(id)).body.status).toBe('resolved');
    expect((await browse(token, yes)).statusCode).toBe(200);
  });

  it('ends after seven days, when another is made, and when the callback was made by phone', async () => {
    const old = await resolved();
    const { body } = await office.step(old.id, 'confirmation-links', undefined);
    expect((await browse(old.token)).statusCode).toBe(410);
    const token = body.url.split('/c/')[1];
    expect((await browse(token)).statusCode).toBe(200);
    vi.setSystemTime(new Date('2026-10-07T10:00:00+08:00'));
    expect((await browse(token)).statusCode).toBe(410);
    expect((await browse(token, yes)).statusCode).toBe(410);
    vi.setSystemTime(new Date('2026-09-30T10:00:00+08:00'));
    const withdrawn = await resolved();
    await office.step(withdrawn.id, 'withdraw', { reason: 'x' });
    expect((await browse(withdrawn.token, yes)).statusCode).toBe(410);
  });

  it('is made only for what is resolved', async () => {
    const { id } = (await office.create()).body;
    expect((await office.step(id, 'confirmation-links', undefined)).status).toBe(409);
  });

  it('that was not made here is refused without a look at the table', async () => {
    const { token } = await resolved();
    for (const forged of [
      'x',
      token.slice(0, -1),
      `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`,
    ]) {
      expect((await browse(forged)).statusCode).toBe(404);
      expect((await browse(forged, yes)).statusCode).toBe(404);
    }
    expect((await browse(token, yes, 'text/plain')).statusCode).toBe(415);
  });

  it('rests while the office is suspended', async () => {
    const { id, token } = await resolved();
    const suspended = (status: string, expected: 'new' | { version: number }, v: number) =>
      office.table.commit([
        { put: { ...keys.office(office.tenantId), et: 'office', v, list: { status } }, expect: expected },
      ]);
    await suspended('suspended', 'new', 1);
    expect((await browse(token, yes)).statusCode).toBe(403);
    expect((await office.get(id)).body.status).toBe('resolved');
    await suspended('active', { version: 1 }, 2);
    expect((await browse(token, yes)).statusCode).toBe(200);
  });
});
