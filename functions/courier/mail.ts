import { createTransport } from 'nodemailer';
import {
  type CourierDeps,
  DEFAULT_TIMEOUT_MS,
  type MailTarget,
  type Message,
  type Outcome,
} from './types.ts';

export type Mail = { id: string; to: string; subject: string; text: string };
export type Mailer = { send(mail: Mail): Promise<Outcome> };

export type MailerOptions = {
  /** `ses`, or where the SMTP server is: `smtp://user:password@host:587`, `smtps://…`. Set by the operator. */
  transport: string;
  /** `name@domain` or `Name <name@domain>`. */
  from: string;
  /** For one mail as a whole. */
  timeoutMs?: number;
};

/**
 * One plain address and nothing else: no list, no display name, no quoting, no control character. Whatever RFC 5322
 * allows beyond that, nobody's mailbox has.
 */
const ADDRESS = /^[\p{L}\p{N}!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.)*[\p{L}\p{N}-]{1,63}$/u;
const SAFE_ID = /^[A-Za-z0-9_-]{1,128}$/;
const MAX_SUBJECT = 200;
const MAX_TEXT = 100_000;

/** SES errors that no repetition mends. Everything else of SES (throttling, paused sending, 5xx) may pass. */
const SES_FINAL = new Set([
  'MessageRejected',
  'BadRequestException',
  'MailFromDomainNotVerifiedException',
  'NotFoundException',
]);

/** Words a message for one reader, in the target's language, and sends it. */
export async function sendMail(
  id: string,
  target: MailTarget,
  message: Message,
  deps: CourierDeps,
): Promise<Outcome> {
  if (!deps.mailer) return { result: 'failed', detail: 'no mail transport' };
  const lang = target.lang ?? 'zh';
  const text = message.url ? `${message.text[lang]}\n\n${message.url}` : message.text[lang];
  return await deps.mailer.send({ id, to: target.to, subject: message.title[lang], text });
}

/**
 * A mailer to keep for the life of a function. Plain text only. The `Message-ID` is made from the delivery's id, so
 * that a mail sent twice is one mail to most mailboxes; SES puts its own in its place, therefore the id is in
 * `X-Huifang-Delivery` as well.
 */
export function createMailer(options: MailerOptions): Mailer {
  const { transport, from, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const domain = /@([^@<>\s]+?)>?\s*$/.exec(from)?.[1];
  if (domain === undefined) throw new Error('the sender has no mail address');
  const ses = transport === 'ses';
  let transporter: Promise<Transporter> | undefined;
  return {
    async send(mail) {
      if (!SAFE_ID.test(mail.id)) return { result: 'failed', detail: 'mail: bad id' };
      if (!ADDRESS.test(mail.to)) return { result: 'failed', detail: 'mail: bad address' };
      const handedOver = { done: false };
      transporter ??= ses ? sesTransporter(timeoutMs) : smtpTransporter(transport, timeoutMs);
      const sending = (await transporter).sendMail({
        from,
        to: { name: '', address: mail.to },
        subject: oneLine(mail.subject),
        text: mail.text.slice(0, MAX_TEXT),
        messageId: `<${mail.id}@${domain}>`,
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Huifang-Delivery': mail.id },
        disableFileAccess: true,
        disableUrlAccess: true,
        // Not a header: our own mark for the plugin below.
        handedOver,
      });
      try {
        await within(timeoutMs, sending);
        return { result: 'delivered', detail: 'mail accepted' };
      } catch (error) {
        return ses ? sesFailure(error) : smtpFailure(error, handedOver.done);
      }
    },
  };
}

/** A header's value: controls and line separators would end the line, so they become spaces. */
function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim()
    .slice(0, MAX_SUBJECT);
}

type Transporter = { sendMail(mail: Record<string, unknown>): Promise<unknown> };

async function smtpTransporter(url: string, timeoutMs: number): Promise<Transporter> {
  const transporter = createTransport({
    url,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
  });
  // SMTP's errors do not say whether the text had gone out. The message is read only once the server has asked for
  // it, so reading it to its end is the moment after which a missing answer leaves the matter open.
  transporter.use('stream', (mail, next) => {
    const { handedOver } = mail.data as unknown as { handedOver: { done: boolean } };
    mail.message.processFunc((input) => {
      input.once('end', () => {
        handedOver.done = true;
      });
      return input;
    });
    next();
  });
  return transporter;
}

/** The SDK is loaded only where it is used. One attempt: the retry table is ours, and SES cannot tell repetitions. */
async function sesTransporter(timeoutMs: number): Promise<Transporter> {
  const { SESv2Client, SendEmailCommand } = await import('@aws-sdk/client-sesv2');
  const { SignatureV4 } = await import('@smithy/signature-v4');
  const sesClient = new SESv2Client({
    maxAttempts: 1,
    // Its own signer is for endpoints in several regions as well, and those the bundles leave out.
    signerConstructor: SignatureV4,
    requestHandler: { connectionTimeout: timeoutMs, requestTimeout: timeoutMs, throwOnRequestTimeout: true },
  });
  return createTransport({ SES: { sesClient, SendEmailCommand } });
}

class MailTimeout extends Error {}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new MailTimeout('timeout')), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

type MailError = {
  name?: string;
  code?: string;
  responseCode?: number;
  response?: string;
  $metadata?: { httpStatusCode?: number };
};

/** Servers' texts name the recipient: only numbers and names of errors are passed on. */
function smtpFailure(thrown: unknown, handedOver: boolean): Outcome {
  const error = thrown as MailError;
  if (error.responseCode !== undefined) {
    const enhanced = /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(error.response ?? '')?.[1];
    const detail = `smtp ${error.responseCode}${enhanced ? ` ${enhanced}` : ''}`;
    // 5xx is final for this mail; but a refused login is about us, and mended without the mail being at fault.
    const final = error.responseCode >= 500 && error.code !== 'EAUTH';
    return { result: final ? 'failed' : 'retry', status: error.responseCode, detail };
  }
  if (error.code === 'EENVELOPE') return { result: 'failed', detail: 'smtp EENVELOPE' };
  const detail = `smtp ${thrown instanceof MailTimeout ? 'timeout' : (error.code ?? 'error')}`;
  return { result: handedOver ? 'unknown' : 'retry', detail };
}

/** The SDK does not tell a connection that never came about from an answer that never came: both are `unknown`. */
function sesFailure(thrown: unknown): Outcome {
  if (thrown instanceof MailTimeout) return { result: 'unknown', detail: 'ses timeout' };
  const error = thrown as MailError;
  const status = error.$metadata?.httpStatusCode;
  // The mailer marks what has no code with its own, and the SDK's network errors have no name but a code.
  const detail = `ses ${(error.code === 'ESES' ? error.name : error.code) ?? 'error'}`;
  if (SES_FINAL.has(error.name ?? '')) return { result: 'failed', ...(status ? { status } : {}), detail };
  if (status !== undefined) return { result: 'retry', status, detail };
  const sent = error.name === 'TimeoutError' || error.code === 'ECONNRESET';
  return { result: sent ? 'unknown' : 'retry', detail };
}
