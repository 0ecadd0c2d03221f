import { Trouble } from '../problem.ts';
import type { Principal } from '../sts.ts';
import { account, partition } from '../template.ts';
import { type Access, type Asker, evaluate, type RequestContext, type Verdict } from './evaluate.ts';
import type { Policies, Policy, Role } from './policies.ts';
import { type IamReport, reportOf, Usage } from './report.ts';
import { type Simulated, simulate } from './simulate.ts';

/** The answer to one access. */
export interface Ruling {
  allowed: boolean;
  /** Who asked for what, and why not, in AWS's words; empty if it may. */
  message: string;
}

/** An access that was refused. */
export interface Denial extends Access {
  role: string;
  /** The function whose credentials they were, or those from which they came. */
  fn: string;
}

const keptDenials = 200;

/**
 * Who may do what, by the policies of the synthesized template. Each kind of access (a role, an action, and what its policies
 * see of the request) is judged by iam-simulate once and by the evaluator here every time; where the two disagree nothing goes.
 */
export class Iam {
  readonly policies: Policies;
  readonly denials: Denial[] = [];
  /** How often iam-simulate was asked; all other answers were remembered. */
  simulations = 0;
  decisions = 0;
  private readonly memory = new Map<string, Promise<Simulated>>();
  private readonly usage = new Usage();
  private readonly onDenied: (line: string, denial: Denial) => void;

  constructor(policies: Policies, onDenied: (line: string, denial: Denial) => void = () => undefined) {
    this.policies = policies;
    this.onDenied = onDenied;
  }

  /** May the session do all of this? The first that it may not is the answer. */
  async authorize(principal: Principal, accesses: readonly Access[]): Promise<Ruling> {
    for (const access of accesses) {
      const ruling = await this.one(principal, access);
      if (!ruling.allowed) return ruling;
    }
    return { allowed: true, message: '' };
  }

  /** As `authorize` for one access, but nobody is told of a refusal: for what follows from another question. */
  async may(principal: Principal, access: Access): Promise<boolean> {
    return (
      await this.judge(askerOf(principal), this.identityOf(principal.roleArn), complete(principal, access))
    ).allowed;
  }

  /** May the session take on the role with these tags? Answers why not. */
  async assume(
    by: Principal,
    roleArn: string,
    session: { name: string; tags: Readonly<Record<string, string>>; transitive: readonly string[] },
  ): Promise<Ruling> {
    const tagKeys = Object.keys(session.tags);
    const context: RequestContext = {
      'sts:RoleSessionName': session.name,
      ...(tagKeys.length > 0 && { 'aws:TagKeys': tagKeys }),
      ...Object.fromEntries(tagKeys.map((key) => [`aws:RequestTag/${key}`, session.tags[key] ?? ''])),
      ...(session.transitive.length > 0 && { 'sts:TransitiveTagKeys': session.transitive }),
    };
    const role = this.policies.roles.get(roleArn);
    const actions = ['sts:AssumeRole', ...(tagKeys.length > 0 ? ['sts:TagSession'] : [])];
    for (const action of actions) {
      const access = { action, resource: roleArn, context };
      const ruling = await this.one(
        by,
        access,
        role?.trust ?? { name: 'trust', document: {}, statements: [] },
      );
      if (!ruling.allowed) return ruling;
    }
    return { allowed: true, message: '' };
  }

  /**
   * What AWS itself does with a role: a service takes it on, then does these things with it. Throws Trouble if it may not, as AWS
   * would refuse to create what asks for it.
   */
  async platform(
    what: string,
    roleArn: string,
    service: string,
    accesses: readonly Access[],
    context: RequestContext = {},
  ): Promise<void> {
    const role = this.policies.roles.get(roleArn);
    if (!role) throw new Trouble(`${what}: there is no role ${roleArn}`);
    const trusted = await this.judge(
      { service },
      [],
      { action: 'sts:AssumeRole', resource: roleArn, context },
      role.trust,
    );
    if (!trusted.allowed) throw new Trouble(`${what}: ${service} may not take on the role ${role.name}`);
    const session: Principal = { roleArn, sessionName: service.split('.')[0] ?? service, tags: {} };
    for (const access of accesses) {
      if (!(await this.may(session, access)))
        throw new Trouble(`${what}: the role ${role.name} may not ${access.action} on ${access.resource}`);
    }
  }

  /** Which grants were used, and how often. */
  report(): IamReport {
    return reportOf(this.policies, this.usage);
  }

  private async one(principal: Principal, access: Access, trust?: Policy): Promise<Ruling> {
    const asker = askerOf(principal);
    const full = complete(principal, access);
    const verdict = await this.judge(asker, this.identityOf(principal.roleArn), full, trust);
    if (verdict.allowed) return { allowed: true, message: '' };
    const denial: Denial = {
      ...access,
      role: this.policies.roles.get(principal.roleArn)?.name ?? principal.roleArn,
      fn: (principal.by ?? principal).sessionName,
    };
    this.denials.push(denial);
    if (this.denials.length > keptDenials) this.denials.shift();
    this.onDenied(lineOf(denial, principal), denial);
    const why = verdict.forbidden
      ? 'with an explicit deny in a policy'
      : `because no identity-based policy allows the ${access.action} action`;
    return {
      allowed: false,
      message: `User: ${sessionArn(principal)} is not authorized to perform: ${access.action} on resource: ${access.resource} ${why}`,
    };
  }

  private async judge(
    asker: Asker,
    identity: readonly Policy[],
    access: Access,
    trust?: Policy,
  ): Promise<Verdict> {
    this.decisions++;
    const resource = trust ?? this.resourcePolicy(access.resource);
    const verdict = evaluate(asker, access, { identity, resource, trust: trust !== undefined });
    // A star in a request is a name to us and a question about many things to iam-simulate; no name of ours has one.
    if (/[*?]/.test(access.resource)) return { ...verdict, allowed: false, by: [] };
    const who = 'service' in asker ? asker.service : asker.roleArn;
    const kind = `${who} ${access.action} ${verdict.trace}`;
    let remembered = this.memory.get(kind);
    if (!remembered) {
      this.simulations++;
      remembered = simulate(asker, access, { identity, resource });
      this.memory.set(kind, remembered);
    }
    const simulated = await remembered;
    if (simulated.error !== undefined) return { ...verdict, allowed: false, by: [] };
    if (simulated.allowed !== verdict.allowed)
      throw new Error(
        `the two evaluators of IAM policies disagree on ${access.action} on ${access.resource} for ${who}: ` +
          `iam-simulate ${simulated.allowed ? 'permits' : 'refuses'} it (${verdict.trace})`,
      );
    this.usage.count(verdict.by);
    return verdict;
  }

  private identityOf(roleArn: string): readonly Policy[] {
    const role: Role | undefined = this.policies.roles.get(roleArn);
    return role?.identity ?? [];
  }

  /** The policy of a bucket or a queue; objects are under their bucket's. */
  private resourcePolicy(resource: string): Policy | undefined {
    const { resources } = this.policies;
    return resources.get(resource) ?? resources.get(resource.split('/')[0] ?? '');
  }
}

/** AWS's name of a session. */
export function sessionArn({ roleArn, sessionName }: Principal): string {
  return `arn:${partition}:sts::${account}:assumed-role/${roleArn.split('/').at(-1)}/${sessionName}`;
}

const askerOf = (principal: Principal): Asker => ({
  roleArn: principal.roleArn,
  sessionArn: sessionArn(principal),
});

/** An access with what is true of every request of the session. The parts here stand for addresses with TLS. */
function complete(principal: Principal, access: Access): Access {
  return {
    ...access,
    context: {
      ...access.context,
      'aws:PrincipalArn': principal.roleArn,
      'aws:PrincipalAccount': account,
      'aws:SecureTransport': 'true',
      ...(access.action.startsWith('s3:') && { 's3:TlsVersion': '1.3' }),
      ...Object.fromEntries(
        Object.entries(principal.tags).map(([key, value]) => [`aws:PrincipalTag/${key}`, value]),
      ),
    },
  };
}

function lineOf({ role, fn, action, resource, context }: Denial, principal: Principal): string {
  const keys = context['dynamodb:LeadingKeys'];
  const about = keys === undefined ? '' : ` with the keys ${[keys].flat().join(', ')}`;
  const tags = Object.entries(principal.tags).map(([key, value]) => `${key}=${value}`);
  const session = tags.length > 0 ? ` (${tags.join(', ')})` : '';
  return `IAM: ${fn} may not ${action} on ${resource}${about}: the role ${role}${session} does not permit it`;
}
