import { randomUUID } from 'node:crypto';
import { Agent, request as forward, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { close, httpServer, listen, loopback, readBody } from '../net.ts';
import type { Sts } from '../sts.ts';
import { partition } from '../template.ts';
import { accessesOf, objectOf, type PartRequest, type Surroundings } from './accesses.ts';
import type { Access } from './evaluate.ts';
import type { Iam } from './iam.ts';
import type { TableKeys } from './tables.ts';

/**
 * The one address at which functions find DynamoDB, SQS, S3, Cognito and the gateway's control plane. Whose request it is can be
 * told from its access key id, what it wants from the request; what the policies permit goes on to the part, and the rest fails as
 * it would on AWS.
 */
export class Gate {
  port = 0;
  /** Requests that came, and milliseconds spent on judging them. */
  readonly spent = { requests: 0, ms: 0 };
  /** Grows with each request that may have changed a table: when it is handed on, and when it is answered. */
  changes = 0;
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 256 });
  private readonly server: Server;
  private readonly sts: Sts;
  private readonly surroundings: Surroundings;
  private readonly tables = new Map<string, TableKeys>();
  private iam: Iam | undefined;
  private parts: Readonly<Record<string, string>> = {};

  constructor(sts: Sts, region: string) {
    this.sts = sts;
    this.surroundings = { region, keysOf: (table) => this.tables.get(table) };
    this.server = httpServer((request, response) => this.serve(request, response));
  }

  /** Lets requests through from now on: to the part of each service, by these policies. */
  open(iam: Iam, parts: Readonly<Record<string, string>>): void {
    this.iam = iam;
    this.parts = parts;
  }

  /** What the keys of a table are called. */
  knows(table: string, keys: TableKeys): void {
    this.tables.set(table, keys);
  }

  async start(port = 0): Promise<void> {
    this.port = await listen(this.server, port);
  }

  get endpoint(): string {
    return `http://${loopback}:${this.port}`;
  }

  async stop(): Promise<void> {
    await close(this.server);
    this.agent.destroy();
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/', headers } = request;
    const body = (await readBody(request)) ?? Buffer.alloc(0);
    const signature = signatureOf(url, headers.authorization, headers['x-amz-security-token']);
    const part: PartRequest = { service: signature?.service ?? guess(request), method, url, headers, body };
    // A browser asks so before it uses a link; nobody is signed in then.
    if (method === 'OPTIONS') return this.pass(part, response);
    const { iam } = this;
    if (!signature || !iam) return refuse(part, response, unsigned);
    const caller = this.sts.identify(signature.accessKeyId, signature.token);
    if (caller === 'unknown' || caller === 'expired')
      return refuse(part, response, invalid(part.service, caller));
    const began = performance.now();
    let accesses: Access[];
    try {
      accesses = accessesOf(part, this.surroundings);
    } catch {
      return refuse(part, response, {
        status: 400,
        code: 'SerializationException',
        message: 'the body cannot be read',
      });
    }
    const ruling = await iam.authorize(caller, accesses);
    this.spent.requests++;
    this.spent.ms += performance.now() - began;
    if (!ruling.allowed) return refuse(part, response, denied(part.service, ruling.message));
    const mayKnow = () => iam.may(caller, mayList(part));
    const changing = accesses.some(({ action }) => changesTable.has(action));
    if (changing) this.changes++;
    await this.pass(part, response, mayKnow);
    if (changing) this.changes++;
  }

  /** Hands a request on to its part and the answer back, both as they are. */
  private async pass(
    part: PartRequest,
    response: ServerResponse,
    mayKnow?: () => Promise<boolean>,
  ): Promise<void> {
    const to = this.parts[part.service];
    if (to === undefined)
      return refuse(part, response, {
        status: 404,
        code: 'UnknownService',
        message: `no ${part.service} here`,
      });
    const answer = await this.ask(to, part).catch(() => undefined);
    if (!answer) {
      response.destroy();
      return;
    }
    // S3 tells those who may not list the bucket that an absent object is forbidden.
    if (mayKnow && answer.statusCode === 404 && part.service === 's3' && !(await mayKnow())) {
      answer.resume();
      return refuse(part, response, { status: 403, code: 'AccessDenied', message: 'Access Denied' });
    }
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    await pipeline(answer, response).catch(() => response.destroy());
  }

  /** The answer of a part. One that ends a kept connection just then is asked again: it has not begun to work on the request. */
  private ask(to: string, part: PartRequest): Promise<IncomingMessage> {
    const { hostname, port } = new URL(to);
    return new Promise((done, fail) => {
      const onward = forward(
        { hostname, port, agent: this.agent, method: part.method, path: part.url, headers: part.headers },
        done,
      );
      onward.on('error', (error: NodeJS.ErrnoException) => {
        if (onward.reusedSocket && error.code === 'ECONNRESET') this.ask(to, part).then(done, fail);
        else fail(error);
      });
      onward.end(part.body);
    });
  }
}

const changesTable = new Set(['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem']);

const mayList = ({ url }: PartRequest): Access => {
  const { bucket } = objectOf(new URL(url, 'http://parts').pathname);
  return { action: 's3:ListBucket', resource: `arn:${partition}:s3:::${bucket}`, context: {} };
};

/** Who signed for which service: from the header, or from the address of a link. */
function signatureOf(url: string, authorization: string | undefined, token: string | string[] | undefined) {
  const query = authorization === undefined ? new URL(url, 'http://parts').searchParams : undefined;
  const credential =
    /Credential=([^,\s]+)/.exec(authorization ?? '')?.[1] ?? query?.get('X-Amz-Credential') ?? '';
  const [accessKeyId, , , service] = credential.split('/');
  if (!accessKeyId || !service) return undefined;
  return { accessKeyId, service, token: query?.get('X-Amz-Security-Token') ?? [token].flat()[0] };
}

/** The service of a request without signature: only S3's have no target. */
function guess({ headers }: IncomingMessage): string {
  const target = String(headers['x-amz-target'] ?? '');
  if (target.startsWith('DynamoDB')) return 'dynamodb';
  if (target.startsWith('AmazonSQS')) return 'sqs';
  return target === '' ? 's3' : 'cognito-idp';
}

interface Fault {
  status: number;
  code: string;
  message: string;
}

const unsigned: Fault = {
  status: 403,
  code: 'MissingAuthenticationToken',
  message: 'Missing Authentication Token',
};

const denied = (service: string, message: string): Fault => ({
  status: ['s3', 'sqs', 'apigateway'].includes(service) ? 403 : 400,
  code: service === 's3' ? 'AccessDenied' : 'AccessDeniedException',
  message,
});

function invalid(service: string, why: 'unknown' | 'expired'): Fault {
  const message = `The security token included in the request is ${why === 'expired' ? 'expired' : 'invalid'}`;
  if (service === 's3')
    return why === 'expired'
      ? { status: 400, code: 'ExpiredToken', message: 'The provided token has expired.' }
      : {
          status: 403,
          code: 'InvalidAccessKeyId',
          message: 'The AWS Access Key Id you provided does not exist',
        };
  return {
    status: 400,
    code: why === 'expired' ? 'ExpiredTokenException' : 'UnrecognizedClientException',
    message,
  };
}

/** Answers as the service itself would: XML from S3, JSON from the others. */
function refuse({ service, method }: PartRequest, response: ServerResponse, fault: Fault): void {
  const requestId = randomUUID();
  const { status, code, message } = fault;
  if (service === 's3') {
    const text = message.replace(/[<>&]/g, (char) => `&#${char.charCodeAt(0)};`);
    response.writeHead(status, { 'content-type': 'application/xml', 'x-amz-request-id': requestId });
    response.end(
      method === 'HEAD'
        ? undefined
        : `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${text}</Message><RequestId>${requestId}</RequestId></Error>`,
    );
    return;
  }
  response.writeHead(status, {
    'content-type': service === 'cognito-idp' ? 'application/x-amz-json-1.1' : 'application/x-amz-json-1.0',
    'x-amzn-requestid': requestId,
    ...(service === 'apigateway' && { 'x-amzn-errortype': code }),
    ...(service === 'sqs' && { 'x-amzn-query-error': `${code.replace('Exception', '')};Sender` }),
  });
  const key = service === 'sqs' ? 'message' : 'Message';
  response.end(JSON.stringify({ __type: `com.amazon.coral.service#${code}`, [key]: message }));
}
