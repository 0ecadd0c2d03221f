import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, Server } from 'node:http';
import type { Credentials } from './aws.ts';
import type { Clock } from './clock.ts';
import { close, httpServer, listen, loopback, readBody } from './net.ts';

/** Whose credentials an access key id is: a role, and the tags of the session. */
export interface Principal {
  roleArn: string;
  sessionName: string;
  tags: Record<string, string>;
  /** Virtual instant (ms) at which they end; none for a function's own. */
  expires?: number;
  /** Who assumed the role; none for a function's own. */
  by?: Principal;
}

/** What AssumeRole asks for. */
export interface Session {
  name: string;
  tags: Record<string, string>;
  /** Tags that would go on to the next role. */
  transitive: string[];
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * STS: AssumeRole with session tags. Every pair of credentials handed out on this machine is registered here, so
 * that of each request to a part it can be told who makes it.
 */
export class Sts {
  port = 0;
  private readonly clock: Clock;
  private readonly principals = new Map<string, { principal: Principal; token: string }>();
  private readonly server: Server;
  /** Why a role may not be taken on so, by the policies of both sides; undefined if it may. Set before the first request. */
  refuses: (by: Principal, roleArn: string, session: Session) => Promise<string | undefined> = async () =>
    'nobody may assume roles yet';

  constructor(clock: Clock) {
    this.clock = clock;
    this.server = httpServer(async (request, response) => {
      const body = (await readBody(request))?.toString() ?? '';
      const form = new URLSearchParams(body);
      const { status, xml } = await this.answer(form, request.headers);
      response.writeHead(status, { 'content-type': 'text/xml' });
      response.end(xml);
    });
  }

  async start(): Promise<void> {
    this.port = await listen(this.server, 0);
  }

  get endpoint(): string {
    return `http://${loopback}:${this.port}`;
  }

  /** Credentials of a role, as Lambda gives a function those of its own. */
  issue(principal: Principal): Credentials {
    const letters = [...randomBytes(16)].map((byte) => alphabet[byte % alphabet.length]).join('');
    const accessKeyId = `ASIA${letters}`;
    const sessionToken = randomBytes(48).toString('base64url');
    this.principals.set(accessKeyId, { principal, token: sessionToken });
    return { accessKeyId, secretAccessKey: randomBytes(30).toString('base64url'), sessionToken };
  }

  /** Whose this access key id is, with the session token that belongs to it. */
  identify(accessKeyId: string, token: string | undefined): Principal | 'unknown' | 'expired' {
    const found = this.principals.get(accessKeyId);
    if (!found || found.token !== token) return 'unknown';
    const { expires } = found.principal;
    return expires !== undefined && expires <= this.clock.now() ? 'expired' : found.principal;
  }

  /** Who holds an access key id; undefined if it was not issued here or has expired. */
  principal(accessKeyId: string): Principal | undefined {
    const found = this.identify(accessKeyId, this.principals.get(accessKeyId)?.token);
    return typeof found === 'string' ? undefined : found;
  }

  /** Who signed a request, from its Authorization header. */
  signer(authorization: string | undefined): Principal | undefined {
    return this.principal(signedBy(authorization));
  }

  stop(): Promise<void> {
    return close(this.server);
  }

  private async answer(
    form: URLSearchParams,
    headers: IncomingHttpHeaders,
  ): Promise<{ status: number; xml: string }> {
    const action = form.get('Action');
    const by = this.identify(signedBy(headers.authorization), [headers['x-amz-security-token']].flat()[0]);
    if (by === 'expired')
      return fault(403, 'ExpiredToken', 'The security token included in the request is expired');
    if (by === 'unknown')
      return fault(403, 'InvalidClientTokenId', 'The security token included in the request is invalid.');
    if (action === 'GetCallerIdentity') return ok(action, `<Arn>${xmlText(by.roleArn)}</Arn>`);
    if (action !== 'AssumeRole') return fault(400, 'InvalidAction', `no action ${action} here`);
    const roleArn = form.get('RoleArn') ?? '';
    const sessionName = form.get('RoleSessionName') ?? '';
    if (!/^[\w+=,.@-]{2,64}$/.test(sessionName))
      return fault(400, 'ValidationError', 'RoleSessionName is not valid');
    const seconds = Number(form.get('DurationSeconds') ?? 3600);
    // A role that assumes a role gets an hour at most.
    if (!(seconds >= 900 && seconds <= 3600))
      return fault(400, 'ValidationError', 'DurationSeconds is not valid');
    const tags: Record<string, string> = {};
    for (let at = 1; form.has(`Tags.member.${at}.Key`); at++)
      tags[form.get(`Tags.member.${at}.Key`) ?? ''] = form.get(`Tags.member.${at}.Value`) ?? '';
    const transitive: string[] = [];
    for (let at = 1; form.has(`TransitiveTagKeys.member.${at}`); at++)
      transitive.push(form.get(`TransitiveTagKeys.member.${at}`) ?? '');
    const refusal = await this.refuses(by, roleArn, { name: sessionName, tags, transitive });
    if (refusal !== undefined) return fault(403, 'AccessDenied', refusal);
    const expires = this.clock.now() + seconds * 1000;
    const credentials = this.issue({ roleArn, sessionName, tags, expires, by });
    return ok(
      action,
      `<AssumedRoleUser><Arn>${xmlText(roleArn)}/${xmlText(sessionName)}</Arn>` +
        `<AssumedRoleId>AROALOCAL:${xmlText(sessionName)}</AssumedRoleId></AssumedRoleUser>` +
        `<Credentials><AccessKeyId>${credentials.accessKeyId}</AccessKeyId>` +
        `<SecretAccessKey>${credentials.secretAccessKey}</SecretAccessKey>` +
        `<SessionToken>${credentials.sessionToken}</SessionToken>` +
        `<Expiration>${new Date(expires).toISOString()}</Expiration></Credentials>`,
    );
  }
}

/** The access key id in an Authorization header. */
const signedBy = (authorization: string | undefined): string =>
  /Credential=([^/]+)\//.exec(authorization ?? '')?.[1] ?? '';

const namespace = 'xmlns="https://sts.amazonaws.com/doc/2011-06-15/"';

function ok(action: string, result: string): { status: number; xml: string } {
  const metadata = `<ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata>`;
  return {
    status: 200,
    xml: `<${action}Response ${namespace}><${action}Result>${result}</${action}Result>${metadata}</${action}Response>`,
  };
}

function fault(status: number, code: string, message: string): { status: number; xml: string } {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${xmlText(message)}</Message></Error>`;
  return {
    status,
    xml: `<ErrorResponse ${namespace}>${error}<RequestId>${randomUUID()}</RequestId></ErrorResponse>`,
  };
}

function xmlText(text: string): string {
  return text.replace(/[<>&]/g, (char) => `&#${char.charCodeAt(0)};`);
}
