import { type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import { close, httpServer, listen, loopback, readBody } from '../../local/net.ts';

export interface Asked {
  request: IncomingMessage;
  /** The operation's name, of `x-amz-target`. */
  op: string;
  body: string;
}

export interface Answered {
  status: number;
  body: string;
}

/** What is done with a request that goes by: `pass` sends it on, once, and gives what was answered. */
export type Watch = (asked: Asked, pass: () => Promise<Answered>) => Promise<unknown>;

/** Stands before a part that speaks AWS's JSON protocol, and lets every request be watched. */
export async function proxy(
  target: string,
  watch: Watch,
): Promise<{ endpoint: string; stop(): Promise<void> }> {
  const server = httpServer(async (incoming, outgoing) => {
    const body = ((await readBody(incoming)) ?? Buffer.alloc(0)).toString();
    const op = String(incoming.headers['x-amz-target'] ?? '');
    let headers: OutgoingHttpHeaders = {};
    let answered: Answered | undefined;
    await watch({ request: incoming, op, body }, async () => {
      const answer = await forward(target, incoming, body);
      headers = answer.headers;
      const text = ((await readBody(answer)) ?? Buffer.alloc(0)).toString();
      answered = { status: answer.statusCode ?? 500, body: text };
      return answered;
    });
    // Answered only now: what somebody has the answer to has been counted.
    outgoing.writeHead(answered?.status ?? 500, headers).end(answered?.body);
  });
  const port = await listen(server, 0);
  return { endpoint: `http://${loopback}:${port}`, stop: () => close(server) };
}

function forward(target: string, incoming: IncomingMessage, body: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { method, url, headers } = incoming;
    const sent = request(new URL(url ?? '/', target), { method, headers }, resolve);
    sent.once('error', reject);
    sent.end(body);
  });
}
