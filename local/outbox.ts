import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { IncomingHttpHeaders, Server } from 'node:http';
import type { Readable } from 'node:stream';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import type { Clock } from './clock.ts';
import { close, httpServer, listen, loopback, readBody } from './net.ts';

/** An e-mail as it came in, parsed. */
export interface Mail {
  kind: 'mail';
  at: string;
  from: string;
  to: string[];
  subject: string;
  messageId: string;
  text: string;
}

/** What a webhook or robot receiver on this machine was sent. */
export interface Delivery {
  kind: 'http';
  at: string;
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** What the receiver answered; absent if it hung up. */
  status?: number;
}

/** How the receiver answers at a path; `hangUp` ends the connection without an answer. */
export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
  hangUp?: boolean;
  /** For so many requests; without it until changed. */
  times?: number;
}

/** Success in the words of all three kinds of group robot at once. */
const pleased: Answer = { status: 200, body: '{"errcode":0,"errmsg":"ok","code":0,"msg":"success"}' };

/** What the service sent to the outside: an SMTP server and an HTTP receiver of our own keep everything. */
export class Outbox {
  readonly mails: Mail[] = [];
  readonly deliveries: Delivery[] = [];
  smtpPort = 0;
  httpPort = 0;
  private readonly clock: Clock;
  private readonly file: string | undefined;
  private readonly answers = new Map<string, Answer>();
  private readonly sink: Server;
  private readonly smtp: SMTPServer;

  constructor(clock: Clock, file?: string) {
    this.clock = clock;
    this.file = file;
    this.sink = httpServer(async (request, response) => {
      const body = (await readBody(request))?.toString() ?? '';
      const path = request.url ?? '/';
      const answer = this.answer(path.split('?')[0] ?? path);
      const delivery: Delivery = {
        kind: 'http',
        at: clock.iso(),
        method: request.method ?? '',
        path,
        headers: request.headers,
        body,
        ...(answer.hangUp ? {} : { status: answer.status }),
      };
      this.deliveries.push(delivery);
      this.keep(delivery);
      if (answer.hangUp) {
        request.socket.destroy();
        return;
      }
      response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
      response.end(answer.body ?? '');
    });
    this.smtp = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      disableReverseLookup: true,
      onData: (stream, session, done) => {
        this.receive(
          stream,
          session.envelope.rcptTo.map((to) => to.address),
        ).then(() => done(), done);
      },
    });
    this.smtp.on('error', () => undefined);
  }

  async start(ports: { smtp?: number; http?: number } = {}): Promise<void> {
    this.recall();
    this.httpPort = await listen(this.sink, ports.http ?? 0);
    this.smtpPort = await new Promise((done, fail) => {
      this.smtp.once('error', fail);
      const server = this.smtp.listen(ports.smtp ?? 0, loopback, () => {
        const address = server.address();
        done(typeof address === 'object' && address ? address.port : 0);
      });
    });
  }

  /** The address of a path of the receiver, for a webhook or a robot. */
  url(path = '/'): string {
    return `http://${loopback}:${this.httpPort}${path}`;
  }

  /** Says how the receiver answers at `path` from now on, or `times` times. */
  respond(path: string, answer: Answer): void {
    this.answers.set(path, { ...answer });
  }

  /** Forgets what was received and how to answer. */
  clear(): void {
    this.mails.length = 0;
    this.deliveries.length = 0;
    this.answers.clear();
  }

  async stop(): Promise<void> {
    await close(this.sink);
    await new Promise<void>((done) => this.smtp.close(() => done()));
  }

  /** Reads what earlier starts kept; a line cut short by a crash is left out. */
  private recall(): void {
    if (!this.file || !existsSync(this.file)) return;
    for (const line of readFileSync(this.file, 'utf8').split('\n')) {
      try {
        const entry = JSON.parse(line) as Mail | Delivery;
        if (entry.kind === 'mail') this.mails.push(entry);
        else this.deliveries.push(entry);
      } catch {}
    }
  }

  private answer(path: string): Answer {
    const answer = this.answers.get(path);
    if (!answer) return pleased;
    if (answer.times !== undefined) {
      answer.times -= 1;
      if (answer.times <= 0) this.answers.delete(path);
    }
    return answer;
  }

  private async receive(stream: Readable, to: string[]): Promise<void> {
    const raw = await readBody(stream);
    const parsed = await PostalMime.parse(raw ?? '');
    const mail: Mail = {
      kind: 'mail',
      at: this.clock.iso(),
      from: parsed.from?.address ?? '',
      to,
      subject: parsed.subject ?? '',
      messageId: parsed.messageId ?? '',
      text: parsed.text ?? '',
    };
    this.mails.push(mail);
    this.keep(mail);
  }

  private keep(entry: Mail | Delivery): void {
    if (this.file) appendFileSync(this.file, `${JSON.stringify(entry)}\n`);
  }
}
