import type { Cloud } from '../cloud.ts';
import { Trouble } from '../problem.ts';

/** The public API in the hands of one caller. Throws Trouble for any answer that is not a success: the demo has no bad days. */
export class Client {
  private readonly cloud: Cloud;
  private readonly header: () => Promise<Record<string, string>>;

  private constructor(cloud: Cloud, header: () => Promise<Record<string, string>>) {
    this.cloud = cloud;
    this.header = header;
  }

  /** A person; signs in anew for each request, for tokens end while the clock leaps. */
  static person(cloud: Cloud, email: string, password: string): Client {
    return new Client(cloud, async () => ({ authorization: `Bearer ${await cloud.token(email, password)}` }));
  }

  /** An integrator's program. */
  static program(cloud: Cloud, key: string): Client {
    return new Client(cloud, async () => ({ authorization: `Bearer ${key}` }));
  }

  get<T = Answered>(path: string): Promise<T> {
    return this.send('GET', path);
  }

  post<T = Answered>(path: string, body: object = {}, headers: Record<string, string> = {}): Promise<T> {
    return this.send('POST', path, body, headers);
  }

  put<T = Answered>(path: string, body: object): Promise<T> {
    return this.send('PUT', path, body);
  }

  private async send<T>(method: string, path: string, body?: object, headers = {}): Promise<T> {
    const response = await fetch(this.cloud.url + path, {
      method,
      headers: { 'content-type': 'application/json', ...(await this.header()), ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Trouble(`the demo failed at ${method} ${path}: ${response.status} ${text}`);
    return (text ? JSON.parse(text) : undefined) as T;
  }
}

/** What the demo reads of an answer. */
export interface Answered {
  id: string;
  status: string;
  version: number;
  title: string;
  dueAt?: string;
  obligations: { ruleId: string; dueAt: string }[];
  key?: string;
  url: string;
  items: { id: string; at: string; kind: string; title: { zh: string; en: string }; ruleId?: string }[];
}
