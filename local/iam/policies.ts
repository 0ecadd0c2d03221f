import { Trouble } from '../problem.ts';
import type { Assembly, Resource } from '../template.ts';

/** One condition of a statement: all values of one operator and key. */
export interface Condition {
  operator: string;
  key: string;
  values: string[];
}

/** A statement of a policy in one form: lists everywhere, what is not understood refused. */
export interface Statement {
  /** `role/policy/sid` (or the place in the policy): what the report calls it. */
  id: string;
  effect: 'Allow' | 'Deny';
  actions: string[];
  resources: string[];
  /** Resource policies and trust policies only. */
  principals?: { kind: 'AWS' | 'Service'; value: string }[];
  conditions: Condition[];
}

/** A policy as it was written, and read. */
export interface Policy {
  name: string;
  document: unknown;
  statements: Statement[];
}

export interface Role {
  arn: string;
  name: string;
  trust: Policy;
  /** Inline and attached policies. */
  identity: Policy[];
}

/** Every policy of a template: of roles by their ARN, of buckets and queues by theirs. */
export interface Policies {
  roles: Map<string, Role>;
  resources: Map<string, Policy>;
}

interface RawStatement {
  Sid?: string;
  Effect: 'Allow' | 'Deny';
  Action?: string | string[];
  Resource?: string | string[];
  Principal?: '*' | Record<string, string | string[]>;
  Condition?: Record<string, Record<string, unknown>>;
}

const listOf = <T>(value: T | T[] | undefined): T[] => (value === undefined ? [] : ([value].flat() as T[]));

/** Reads a policy document. Throws Trouble for forms the evaluator does not know. */
export function readPolicy(owner: string, name: string, document: unknown): Policy {
  const { Statement } = document as { Statement: RawStatement | RawStatement[] };
  return {
    name,
    document,
    statements: listOf(Statement).map((raw, at) => {
      // The name that CDK gives a role's default policy says the role once more.
      const id = [owner, ...(/DefaultPolicy[0-9A-F]{8}$/.test(name) ? [] : [name]), raw.Sid ?? at + 1].join(
        '/',
      );
      const unknown = Object.keys(raw).filter(
        (key) => !['Sid', 'Effect', 'Action', 'Resource', 'Principal', 'Condition'].includes(key),
      );
      if (unknown.length > 0)
        throw new Trouble(
          `the policy statement ${id} has ${unknown.join(', ')}, which the local cloud does not know`,
        );
      const principals =
        raw.Principal === undefined
          ? undefined
          : Object.entries(raw.Principal === '*' ? { AWS: '*' } : raw.Principal).flatMap(([kind, value]) =>
              listOf(value).map((one) => ({ kind: kind as 'AWS' | 'Service', value: one })),
            );
      return {
        id,
        effect: raw.Effect,
        actions: listOf(raw.Action),
        resources: listOf(raw.Resource),
        ...(principals && { principals }),
        conditions: Object.entries(raw.Condition ?? {}).flatMap(([operator, keys]) =>
          Object.entries(keys).map(([key, values]) => ({
            operator,
            key,
            values: listOf(values).map(String),
          })),
        ),
      };
    }),
  };
}

interface RoleProperties {
  AssumeRolePolicyDocument?: unknown;
  Policies?: { PolicyName: string; PolicyDocument: unknown }[];
  ManagedPolicyArns?: string[];
}

interface AttachedProperties {
  PolicyName?: string;
  PolicyDocument: unknown;
  Roles?: string[];
}

const nothing = { Version: '2012-10-17', Statement: [] };

/**
 * The policies of a synthesized template. Policies that AWS manages itself (`arn:aws:iam::aws:policy/…`) are not in it and grant
 * nothing here.
 */
export function readPolicies(assembly: Assembly): Policies {
  const attached = (type: string) =>
    assembly.resources(type).map((resource) => ({
      resource,
      ref: assembly.physicalOf(resource).ref,
      given: assembly.properties<AttachedProperties>(resource),
    }));
  const inline = attached('AWS::IAM::Policy');
  const managed = attached('AWS::IAM::ManagedPolicy');
  const roles = new Map<string, Role>();
  for (const resource of assembly.resources('AWS::IAM::Role')) {
    const { ref, arn } = refAndArn(assembly, resource);
    const given = assembly.properties<RoleProperties>(resource);
    const own = (given.Policies ?? []).map((one) => readPolicy(ref, one.PolicyName, one.PolicyDocument));
    const others = [
      ...inline.filter((one) => one.given.Roles?.includes(ref)),
      ...managed.filter(
        (one) => one.given.Roles?.includes(ref) || given.ManagedPolicyArns?.includes(one.ref),
      ),
    ].map((one) => readPolicy(ref, one.given.PolicyName ?? one.resource.logicalId, one.given.PolicyDocument));
    roles.set(arn, {
      arn,
      name: ref,
      trust: readPolicy(ref, 'trust', given.AssumeRolePolicyDocument ?? nothing),
      identity: [...own, ...others],
    });
  }
  return { roles, resources: resourcePolicies(assembly) };
}

function resourcePolicies(assembly: Assembly): Map<string, Policy> {
  const found = new Map<string, Policy>();
  const arnsOf = (type: string) =>
    new Map(
      assembly.resources(type).map((one) => [assembly.physicalOf(one).ref, refAndArn(assembly, one).arn]),
    );
  const add = (arn: string | undefined, resource: Resource, document: unknown) => {
    if (arn === undefined)
      throw new Trouble(`${resource.stack}/${resource.logicalId} is the policy of nothing`);
    found.set(arn, readPolicy(arn, 'resource', document));
  };
  const buckets = arnsOf('AWS::S3::Bucket');
  for (const resource of assembly.resources('AWS::S3::BucketPolicy')) {
    const { Bucket, PolicyDocument } = assembly.properties<{ Bucket: string; PolicyDocument: unknown }>(
      resource,
    );
    add(buckets.get(Bucket), resource, PolicyDocument);
  }
  const queues = arnsOf('AWS::SQS::Queue');
  for (const resource of assembly.resources('AWS::SQS::QueuePolicy')) {
    const { Queues, PolicyDocument } = assembly.properties<{ Queues: string[]; PolicyDocument: unknown }>(
      resource,
    );
    for (const url of Queues) add(queues.get(url), resource, PolicyDocument);
  }
  return found;
}

function refAndArn(assembly: Assembly, resource: Resource): { ref: string; arn: string } {
  const physical = assembly.physicalOf(resource);
  return { ref: physical.ref, arn: physical.att('Arn') };
}
