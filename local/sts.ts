import { randomBytes, randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
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

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * STS: AssumeRole with session tags. Every pair of credentials handed out on this machine is registered here, so
 * that of each request to a part it can be told who makes it.
 */
export class Sts {
  port = 0;
  private readonly clock: Clock;
  private readonly principals = new Map<string, Principal>();
  private readonly server: Server;
  /** Whether a role exists in the template; set before the first request. */
  knowsRole: (arn: string) => boolean = () => false;

  constructor(clock: Clock) {
    this.clock = clock;
    this.server = httpServer(async (request, response) => {
      const body = (await readBody(request))?.toString() ?? '';
      const { status, xml } = this.answer(new URLSearchParams(body), request.headers.authorization);
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
    this.principals.set(accessKeyId, principal);
    return {
      accessKeyId,
      secretAccessKey: randomBytes(30).toString('base64url'),
      sessionToken: randomBytes(48).toString('base64url'),
    };
  }

  /** Who signs with this access key id; undefined if it was not issued here or has expired. */
  principal(accessKeyId: string): Principal | undefined {
    const principal = this.principals.get(accessKeyId);
    if (principal?.expires !== undefined && principal.expires <= this.clock.now()) return undefined;
    return principal;
  }

  /** Who signed a request, from its Authorization header. */
  signer(authorization: string | undefined): Principal | undefined {
    const id = /Credential=([^/]+)\//.exec(authorization ?? '')?.[1];
    return id === undefined ? undefined : this.principal(id);
  }

  stop(): Promise<void> {
    return close(this.server);
  }

  private answer(form: URLSearchParams, authorization: string | undefined): { status: number; xml: string } {
    const action = form.get('Action');
    const by = this.signer(authorization);
    if (!by)
      return fault(403, 'InvalidClientTokenId', 'The security token included in the request is invalid.');
    if (action === 'GetCallerIdentity') return ok(action, `<Arn>${xmlText(by.roleArn)}</Arn>`);
    if (action !== 'AssumeRole') return fault(400, 'InvalidAction', `no action ${action} here`);
    const roleArn = form.get('RoleArn') ?? '';
    const sessionName = form.get('RoleSessionName') ?? '';
    if (!/^[\w+=,.@-]{2,64}$/.test(sessionName))
      return fault(400, 'ValidationError', 'RoleSessionName is not valid');
    if (!this.knowsRole(roleArn))
      return fault(
        403,
        'AccessDenied',
        `${by.roleArn} is not authorized to perform: sts:AssumeRole on ${roleArn}`,
      );
    const seconds = Number(form.get('DurationSeconds') ?? 3600);
    // A role that assumes a role gets an hour at most.
    if (!(seconds >= 900 && seconds <= 3600))
      return fault(400, 'ValidationError', 'DurationSeconds is not valid');
    const tags: Record<string, string> = {};
    for (let at = 1; form.has(`Tags.member.${at}.Key`); at++)
      tags[form.get(`Tags.member.${at}.Key`) ?? ''] = form.get(`Tags.member.${at}.Value`) ?? '';
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
