import { randomBytes } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { close, httpServer, listen, loopback, readBody } from '../net.ts';
import type { Plan } from './throttle.ts';

/** A usage key: its value is what the authorizer presents. */
export interface UsageKey {
  name: string;
  value: string;
  /** Ids of the plans it is in. */
  plans: string[];
}

export interface NamedPlan extends Plan {
  name: string;
}

/**
 * API Gateway's control plane as far as the service uses it: the plans of the template, and keys that are made, put into plans and
 * taken away while it runs.
 */
export class UsagePlans {
  private readonly plans: ReadonlyMap<string, NamedPlan>;
  /** By id. */
  private readonly keys: Record<string, UsageKey>;
  private readonly changed: () => void;
  private readonly server: Server;
  private port = 0;

  /** `plans` by id. `keys` is changed in place, and `changed` told then. */
  constructor(
    plans: ReadonlyMap<string, NamedPlan>,
    keys: Record<string, UsageKey>,
    changed: () => void = () => undefined,
  ) {
    this.plans = plans;
    this.keys = keys;
    this.changed = changed;
    this.server = httpServer((request, response) => this.serve(request, response));
  }

  async start(): Promise<void> {
    this.port = await listen(this.server, 0);
  }

  stop(): Promise<void> {
    return close(this.server);
  }

  get endpoint(): string {
    return `http://${loopback}:${this.port}`;
  }

  /** The plan that a usage key is in. */
  planOf(value: string): Plan | undefined {
    const key = Object.values(this.keys).find((one) => one.value === value);
    return key && this.plans.get(key.plans[0] ?? '');
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://plans');
    const text = (await readBody(request))?.toString() || '{}';
    const [status, body, error] = this.answer(
      `${request.method} ${pathname}`,
      searchParams,
      JSON.parse(text) as Record<string, string>,
    );
    response.writeHead(status, {
      'content-type': 'application/json',
      ...(error !== undefined && { 'x-amzn-errortype': error }),
    });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  }

  private answer(
    asked: string,
    query: URLSearchParams,
    body: Record<string, string>,
  ): [status: number, body?: object, error?: string] {
    const path = /^(\w+) \/(apikeys|usageplans)(?:\/([^/]+)(\/keys)?)?$/.exec(asked);
    const [, method, kind, id = '', inside] = path ?? [];
    switch (`${method} ${kind}${id && '/id'}${inside ?? ''}`) {
      case 'GET usageplans':
        return [200, { item: [...this.plans].map(([id, { name }]) => ({ id, name })) }];
      case 'GET apikeys':
        return [200, { item: this.keysNamed(query.get('name') ?? '') }];
      case 'POST apikeys':
        return this.make(body);
      case 'DELETE apikeys/id':
        if (!this.keys[id]) return absent;
        delete this.keys[id];
        this.changed();
        return [202];
      case 'POST usageplans/id/keys':
        return this.put(id, body.keyId ?? '');
      default:
        return [403, { message: 'Missing Authentication Token' }, 'MissingAuthenticationTokenException'];
    }
  }

  /** Keys whose names begin so. */
  private keysNamed(name: string): { id: string; name: string }[] {
    const all = Object.entries(this.keys).map(([id, { name }]) => ({ id, name }));
    return all.filter((key) => key.name.startsWith(name));
  }

  private make({ name = '', value = '' }: Record<string, string>): [number, object, string?] {
    if (value.length < 20 || value.length > 128)
      return [400, { message: 'API Key value should be at least 20 characters' }, 'BadRequestException'];
    if (Object.values(this.keys).some((key) => key.value === value))
      return [409, { message: 'API Key already exists' }, 'ConflictException'];
    const id = randomBytes(5).toString('hex');
    this.keys[id] = { name, value, plans: [] };
    this.changed();
    return [201, { id, name, value, enabled: true }];
  }

  private put(planId: string, keyId: string): [number, object, string?] {
    const key = this.keys[keyId];
    if (!key || !this.plans.has(planId)) return absent;
    // A key is in one plan of a stage, and all plans here are of one.
    if (key.plans.length > 0) return [409, { message: 'Usage Plan Key already exists' }, 'ConflictException'];
    key.plans.push(planId);
    this.changed();
    return [201, { id: keyId, type: 'API_KEY', name: key.name }];
  }
}

const absent: [number, object, string] = [
  404,
  { message: 'Invalid identifier specified' },
  'NotFoundException',
];
