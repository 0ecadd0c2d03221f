import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createMailer } from '../../../functions/courier/mail.ts';
import { send } from '../../../functions/courier/send.ts';
import type { CourierDeps, Delivery, Lang } from '../../../functions/courier/types.ts';
import { bundle } from '../../../scripts/build.ts';
import { closedPort, serve, serveSilence } from './servers.ts';

const FROM = '回访 <visits@office.example.com>';
const TO = 'wang.lead@example.com';

type Letter = { from: string; to: string[]; raw: string };

/** A mail server on this machine that keeps what it gets. */
async function mailServer(options: SMTPServerOptions = {}) {
  const letters: Letter[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom === false ? '' : mailFrom.address;
        letters.push({
          from,
          to: rcptTo.map((to) => to.address),
          raw: Buffer.concat(chunks).toString('utf8'),
        });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => {});
  const sockets: Socket[] = [];
  server.server.on('connection', (socket: Socket) => sockets.push(socket));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const hangUp = () => {
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(() => {
    // Else it would wait for whoever it has not answered.
    hangUp();
    return new Promise<void>((done) => server.close(done));
  });
  const { port } = server.server.address() as AddressInfo;
  return { letters, hangUp, url: `smtp://127.0.0.1:${port}` };
}

function depsFor(transport: string): CourierDeps {
  return {
    now: () => 0,
    allowLocal: false,
    mailer: createMailer({ transport, from: FROM, timeoutMs: 10_000 }),
  };
}

function delivery(to = TO, lang?: Lang, title = '投诉即将到期', id = 'dlv_01'): Delivery {
  const message = {
    title: { zh: title, en: 'Complaint due soon' },
    text: { zh: '今天 17:30 到期。\n.\n完', en: 'Due today at 17:30.' },
    url: 'https://office.example.com/t/1',
  };
  return { id, channel: 'email', target: { to, ...(lang ? { lang } : {}) }, message };
}

/** An error as a mail server answers it, with what servers like to say about the recipient. */
function smtpError(code: number, enhanced = ''): Error {
  return Object.assign(new Error(`${enhanced} <${TO}> no`), { responseCode: code });
}

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

describe('a mail', () => {
  it('arrives in Chinese unless the reader has chosen English', async () => {
    const server = await mailServer();
    const deps = depsFor(server.url);
    expect(await send(delivery(), deps)).toEqual({ result: 'delivered', detail: 'mail accepted' });
    expect(await send(delivery(TO, 'en'), deps)).toMatchObject({ result: 'delivered' });
    const [chinese, english] = await Promise.all(
      server.letters.map((letter) => PostalMime.parse(letter.raw)),
    );
    expect(chinese).toMatchObject({
      subject: '投诉即将到期',
      from: { name: '回访', address: 'visits@office.example.com' },
      to: [{ address: TO }],
    });
    expect(chinese?.text?.trim()).toBe('今天 17:30 到期。\n.\n完\n\nhttps://office.example.com/t/1');
    expect(chinese?.html).toBeUndefined();
    expect(english).toMatchObject({ subject: 'Complaint due soon' });
    expect(english?.text).toContain('Due today at 17:30.');
    expect(server.letters[0]).toMatchObject({ from: 'visits@office.example.com', to: [TO] });
  });

  it('is known again by its Message-ID when it is sent twice, and says that a machine wrote it', async () => {
    const server = await mailServer();
    const deps = depsFor(server.url);
    await send(delivery(), deps);
    await send(delivery(), deps);
    await send(delivery(TO, 'zh', '另一封', 'dlv_02'), deps);
    const mails = await Promise.all(server.letters.map((letter) => PostalMime.parse(letter.raw)));
    expect(mails.map((mail) => mail.messageId)).toEqual([
      '<dlv_01@office.example.com>',
      '<dlv_01@office.example.com>',
      '<dlv_02@office.example.com>',
    ]);
    const headers = Object.fromEntries(mails[0]?.headers.map(({ key, value }) => [key, value]) ?? []);
    expect(headers).toMatchObject({ 'auto-submitted': 'auto-generated', 'x-huifang-delivery': 'dlv_01' });
  });

  it.each([
    ['CRLF', 'a\r\nBcc: evil@example.com'],
    ['LF', 'a\nBcc: evil@example.com'],
    ['CR', 'a\rBcc: evil@example.com'],
    ['a whole message', 'a\r\n\r\nbody\r\n.\r\nMAIL FROM:<x@example.com>'],
    ['line separators', 'a\u2028Bcc: evil@example.com\u2029\u0085Bcc: evil@example.com'],
    ['NUL', 'a\u0000\r\n\u0000Bcc: evil@example.com'],
    ['folding', 'a\r\n Bcc: evil@example.com'],
  ])('has a title of one line whatever the title says: %s', async (_what, title) => {
    const server = await mailServer();
    expect(await send(delivery(TO, 'zh', title), depsFor(server.url))).toMatchObject({ result: 'delivered' });
    expect(server.letters.map((letter) => letter.to)).toEqual([[TO]]);
    const mail = await PostalMime.parse(server.letters[0]?.raw ?? '');
    expect(mail.headers.map((header) => header.key).sort()).toEqual([
      'auto-submitted',
      'content-transfer-encoding',
      'content-type',
      'date',
      'from',
      'message-id',
      'mime-version',
      'subject',
      'to',
      'x-huifang-delivery',
    ]);
    expect(mail.subject).toMatch(/^a .*/);
  });

  it.each([
    ['two readers', 'a@example.com, b@example.com'],
    ['two readers, other sign', 'a@example.com;b@example.com'],
    ['a name', 'Evil <evil@example.com>'],
    ['a header', 'a@example.com\r\nBcc: evil@example.com'],
    ['a line at the end', 'a@example.com\n'],
    ['a command', 'a@example.com>\r\nRCPT TO:<evil@example.com'],
    ['a quoted name', '"a b"@example.com'],
    ['a comment', 'a(b)@example.com'],
    ['a group', 'group:a@example.com;'],
    ['no domain', 'a@'],
    ['two signs', 'a@b@example.com'],
    ['nothing', ''],
    ['an address literal', 'root@[127.0.0.1]'],
  ])('goes to one plain address and is not sent otherwise: %s', async (_what, to) => {
    const server = await mailServer();
    expect(await send(delivery(to), depsFor(server.url))).toEqual({
      result: 'failed',
      detail: 'mail: bad address',
    });
    expect(server.letters).toEqual([]);
  });

  it('is not sent under an id that would break the Message-ID', async () => {
    const server = await mailServer();
    const outcome = await send(delivery(TO, 'zh', 'x', 'a>\r\nBcc: e@example.com'), depsFor(server.url));
    expect(outcome).toEqual({ result: 'failed', detail: 'mail: bad id' });
    expect(server.letters).toEqual([]);
  });

  it('fails where no transport is set up, and a sender without address is noticed at once', async () => {
    expect(await send(delivery(), { now: () => 0, allowLocal: false })).toMatchObject({ result: 'failed' });
    expect(() => createMailer({ transport: 'smtp://localhost', from: 'nobody' })).toThrow('sender');
  });
});

describe('a mail server', () => {
  it.each([
    [550, 'failed', '5.1.1'],
    [554, 'failed', ''],
    [450, 'retry', '4.2.1'],
    [421, 'retry', ''],
  ])('that refuses the reader with %i means %s', async (code, result, enhanced) => {
    const server = await mailServer({
      onRcptTo: (_address, _session, done) => done(smtpError(code, enhanced)),
    });
    const outcome = await send(delivery(), depsFor(server.url));
    expect(outcome).toEqual({
      result,
      status: code,
      detail: `smtp ${code}${enhanced ? ` ${enhanced}` : ''}`,
    });
  });

  it('that refuses the text after reading it has answered: no doubt remains', async () => {
    for (const [code, result] of [
      [552, 'failed'],
      [451, 'retry'],
    ] as const) {
      const server = await mailServer({
        onData: (stream, _session, done) => {
          stream.on('end', () => done(smtpError(code)));
          stream.resume();
        },
      });
      expect(await send(delivery(), depsFor(server.url))).toMatchObject({ result, status: code });
    }
  });

  it('that refuses our login is our own fault, and the mail waits', async () => {
    const server = await mailServer({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: (_auth, _session, done) => done(smtpError(535, '5.7.8')),
    });
    const outcome = await send(delivery(), depsFor(server.url.replace('//', '//user:hunter2@')));
    expect(outcome).toMatchObject({ result: 'retry', status: 535 });
    expect(JSON.stringify(outcome)).not.toContain('hunter2');
  });

  it('that is not there means another attempt', async () => {
    const outcome = await send(delivery(), depsFor(`smtp://127.0.0.1:${await closedPort()}`));
    expect(outcome).toMatchObject({ result: 'retry', detail: expect.stringMatching(/^smtp E[A-Z]+$/) });
  });

  it('that never greets means another attempt: nothing was sent', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const silent = await serveSilence(() => setImmediate(() => vi.advanceTimersByTime(10_000)));
    const outcome = await send(delivery(), depsFor(`smtp://127.0.0.1:${silent.port}`));
    expect(outcome).toMatchObject({ result: 'retry' });
  });

  it('that takes the text and hangs up leaves the matter open', async () => {
    const server = await mailServer({
      onData: (stream) => {
        stream.on('end', () => server.hangUp());
        stream.resume();
      },
    });
    const outcome = await send(delivery(), depsFor(server.url));
    expect(outcome).toEqual({ result: 'unknown', detail: 'smtp ECONNECTION' });
  });

  it('that takes the text and never answers leaves the matter open', async () => {
    // The server lets a moment pass before it greets, so time has to run here; then it leaps.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true });
    const server = await mailServer({
      onData: (stream) => {
        stream.on('end', () => vi.advanceTimersByTime(10_000));
        stream.resume();
      },
    });
    expect(await send(delivery(), depsFor(server.url))).toEqual({
      result: 'unknown',
      detail: 'smtp timeout',
    });
  });

  it('is not quoted: its texts name people', async () => {
    const server = await mailServer({
      onRcptTo: (_address, _session, done) => done(smtpError(550, '5.1.1')),
    });
    expect(JSON.stringify(await send(delivery(), depsFor(server.url)))).not.toContain('wang');
  });
});

describe('SES', () => {
  /** Speaks as much of SES as sending needs. */
  async function ses(status: number, body: object, errorType?: string) {
    const headers: Record<string, string> = errorType ? { 'x-amzn-errortype': errorType } : {};
    const server = await serve((_, response) =>
      response.writeHead(status, headers).end(JSON.stringify(body)),
    );
    useSes(server.origin);
    return server;
  }

  function useSes(origin: string) {
    vi.stubEnv('AWS_ENDPOINT_URL_SESV2', origin);
    vi.stubEnv('AWS_REGION', 'ap-southeast-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  }

  it('gets the whole mail with the id of the delivery', async () => {
    const server = await ses(200, { MessageId: '0100' });
    expect(await send(delivery(), depsFor('ses'))).toEqual({ result: 'delivered', detail: 'mail accepted' });
    expect(server.received).toMatchObject([{ method: 'POST', path: '/v2/email/outbound-emails' }]);
    const request = JSON.parse(server.received[0]?.body ?? '');
    expect(request.Destination.ToAddresses).toEqual([TO]);
    const mail = await PostalMime.parse(Buffer.from(request.Content.Raw.Data, 'base64'));
    expect(mail).toMatchObject({ subject: '投诉即将到期', messageId: '<dlv_01@office.example.com>' });
    expect(mail.headers).toContainEqual(
      expect.objectContaining({ key: 'x-huifang-delivery', value: 'dlv_01' }),
    );
  });

  it.each([
    [400, 'MessageRejected', 'failed'],
    [400, 'BadRequestException', 'failed'],
    [429, 'TooManyRequestsException', 'retry'],
    [400, 'SendingPausedException', 'retry'],
    [500, 'InternalServiceErrorException', 'retry'],
  ])('that answers %i %s means %s, and is asked once', async (status, type, result) => {
    const server = await ses(status, { message: `Email address is not verified: ${TO}` }, type);
    const outcome = await send(delivery(), depsFor('ses'));
    expect(outcome).toEqual({ result, status, detail: `ses ${type}` });
    expect(server.received.length).toBe(1);
  });

  it('is reached from the bundle too, where the SDK is cut down', async () => {
    const server = await ses(200, { MessageId: '0100' });
    const folder = await mkdtemp(join(tmpdir(), 'huifang-mail-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await bundle({ mail: 'functions/courier/mail.ts' }, folder);
    const built: { createMailer: typeof createMailer } = await import(join(folder, 'mail/index.mjs'));
    const mailer = built.createMailer({ transport: 'ses', from: FROM });
    const outcome = await send(delivery(), { now: () => 0, allowLocal: false, mailer });
    expect(outcome).toMatchObject({ result: 'delivered' });
    expect(server.received[0]?.headers.authorization).toMatch(/^AWS4-HMAC-SHA256 .*\/ap-southeast-1\/ses\//);
  });

  it('that never answers leaves the matter open', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const server = await serve(() => vi.advanceTimersByTime(10_000));
    useSes(server.origin);
    expect(await send(delivery(), depsFor('ses'))).toEqual({ result: 'unknown', detail: 'ses timeout' });
  });

  it('that hangs up instead of answering leaves the matter open', async () => {
    const server = await serve((_, response) => response.destroy());
    useSes(server.origin);
    expect(await send(delivery(), depsFor('ses'))).toMatchObject({ result: 'unknown' });
  });

  it('that is not there means another attempt', async () => {
    useSes(`http://127.0.0.1:${await closedPort()}`);
    expect(await send(delivery(), depsFor('ses'))).toEqual({ result: 'retry', detail: 'ses ECONNREFUSED' });
  });
});
