import type * as z from 'zod/mini';
import type { Scope } from '../access.ts';
import type { Actor } from '../actor.ts';
import type { Reply } from '../idempotency.ts';
import type { ProblemCode } from '../problem.ts';
import type { OfficeTable } from '../table.ts';
import type { Language } from '../text.ts';

export type { Reply };

/** What a route's code is given besides its input. */
export interface Context {
  actor: Actor;
  /** The table as the actor's office sees it. Throws for an actor without an office. */
  readonly office: OfficeTable;
  requestId: string;
  /** The moment of the request, in milliseconds. */
  now: number;
  language: Language;
  /** The version named by `If-Match`, if the caller named one. */
  ifMatch?: number;
}

type Shape = z.core.$ZodType;
type Out<S> = S extends Shape ? z.core.output<S> : undefined;

/** Who may call: anybody, the operator, or holders of a scope. */
export type Needs = 'public' | 'operator' | Scope;

export interface RouteSpec<
  P extends Shape | undefined,
  Q extends Shape | undefined,
  B extends Shape | undefined,
> {
  id: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With `{name}` for each member of `params`. */
  path: string;
  summary: string;
  /** What a caller has to know beyond the summary; for the document. */
  about?: string;
  needs: Needs;
  params?: P;
  query?: Q;
  body?: B;
  /** A body that is not JSON: its content types and how many bytes it may have. */
  rawBody?: { types: string[]; maxBytes: number };
  /** Success status -> shape of the body; null where there is none. */
  responses: Record<number, Shape | null>;
  /** The answers named in `responses` are HTML pages for people, also those that refuse. */
  html?: boolean;
  /** A body as an example in the document; it has to fit `body`. */
  example?: unknown;
  /** Refusals of this route beyond those that every route of its kind has. */
  refuses?: readonly ProblemCode[];
  /** 'keys': API keys have to send an `Idempotency-Key`. */
  idempotency?: 'keys';
  /** It answers `ETag`, and takes `If-Match` where it changes something. */
  versioned?: boolean;
  /** Suspended offices may call it although it is not a GET. */
  whileSuspended?: boolean;
  handle(
    context: Context,
    input: { params: Out<P>; query: Out<Q>; body: Out<B>; raw: Buffer; contentType: string },
  ): Promise<Reply>;
}

/** A route with its types forgotten, as the router, the document and the template see it. */
export type Route = RouteSpec<Shape | undefined, Shape | undefined, Shape | undefined>;

/** Declares a route: the only place where its path, its shapes and its scope are written. */
export function route<
  P extends Shape | undefined = undefined,
  Q extends Shape | undefined = undefined,
  B extends Shape | undefined = undefined,
>(spec: RouteSpec<P, Q, B>): Route {
  return spec as unknown as Route;
}

/** Whether the route is safe to repeat by an `Idempotency-Key`, which is kept with the caller's office. */
export const takesKey = ({ method, needs }: Route): boolean =>
  method === 'POST' && needs !== 'public' && needs !== 'operator';

/** Whether the route changes something only as the caller has read it. */
export const takesIfMatch = ({ method, versioned }: Route): boolean => method !== 'GET' && versioned === true;

export const ok = (body: unknown, version?: number): Reply => ({ status: 200, body, headers: etag(version) });

export const created = (location: string, body: unknown, version?: number): Reply => ({
  status: 201,
  body,
  headers: { location, ...etag(version) },
});

export const noContent = (): Reply => ({ status: 204 });

const etag = (version: number | undefined): Record<string, string> =>
  version ? { etag: `"${version}"` } : {};
