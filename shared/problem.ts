import type { Scope } from './access.ts';
import type { Language, Text } from './text.ts';

/** Every problem the API can answer with (RFC 9457): code -> status and title. */
export const problems = {
  'invalid-request': { status: 400, title: { en: 'The request is not valid', zh: '请求无效' } },
  'malformed-json': { status: 400, title: { en: 'The body is not valid JSON', zh: '请求体不是有效的 JSON' } },
  'idempotency-key-required': {
    status: 400,
    title: { en: 'An Idempotency-Key is required', zh: '缺少 Idempotency-Key' },
  },
  'invalid-cursor': { status: 400, title: { en: 'The cursor is not valid here', zh: '游标无效' } },
  unauthenticated: { status: 401, title: { en: 'Authentication is required', zh: '需要身份验证' } },
  forbidden: { status: 403, title: { en: 'Not permitted', zh: '没有权限' } },
  'tenant-suspended': { status: 403, title: { en: 'The office is suspended', zh: '该物业公司已被暂停' } },
  'not-found': { status: 404, title: { en: 'Not found', zh: '未找到' } },
  'wrong-state': { status: 409, title: { en: 'This step is not open now', zh: '当前状态不允许此步骤' } },
  conflict: { status: 409, title: { en: 'In conflict with what is there', zh: '与现有数据冲突' } },
  'in-progress': {
    status: 409,
    title: { en: 'Another request is still at it', zh: '另一请求仍在处理' },
  },
  gone: { status: 410, title: { en: 'No longer available', zh: '已失效' } },
  stale: { status: 412, title: { en: 'Changed since you read it', zh: '数据已被更改' } },
  'too-large': { status: 413, title: { en: 'The body is too large', zh: '请求体过大' } },
  'unsupported-media-type': {
    status: 415,
    title: { en: 'Unsupported content type', zh: '不支持的内容类型' },
  },
  'idempotency-key-reused': {
    status: 422,
    title: { en: 'The Idempotency-Key was used for another request', zh: 'Idempotency-Key 已用于其他请求' },
  },
  unprocessable: { status: 422, title: { en: 'Understood, but not possible', zh: '无法处理' } },
  'rate-limited': { status: 429, title: { en: 'Too many requests', zh: '请求过于频繁' } },
  internal: { status: 500, title: { en: 'An error on our side', zh: '服务器内部错误' } },
  unavailable: { status: 503, title: { en: 'Not available for a moment', zh: '服务暂时不可用' } },
} as const satisfies Record<string, { status: number; title: Text }>;

export type ProblemCode = keyof typeof problems;

/** One bad field: `path` is a JSON pointer into the part of the request named first (`/body/title`). */
export interface FieldProblem {
  path: string;
  code: string;
  detail: Text;
}

export interface RefusalOptions {
  detail?: Text;
  errors?: FieldProblem[];
  /** Members of the problem document beyond RFC 9457's own, e.g. `openSteps`. */
  extra?: Record<string, unknown>;
  headers?: Record<string, string>;
  cause?: unknown;
}

/** What a domain says no with; the HTTP layer turns it into a problem document. */
export class Refusal extends Error {
  readonly code: ProblemCode;
  readonly options: RefusalOptions;
  constructor(code: ProblemCode, options: RefusalOptions = {}) {
    super(code, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Refusal';
    this.code = code;
    this.options = options;
  }
}

export const notFound = () =>
  new Refusal('not-found', {
    detail: { en: 'There is no such thing in this office.', zh: '本物业公司没有该对象。' },
  });

/** The caller lacks a scope that this needs. */
export const lacks = (scope: Scope) =>
  new Refusal('forbidden', {
    detail: { en: `This needs the scope ${scope}.`, zh: `需要权限 ${scope}。` },
  });

/** A neighbour of the service that was asked for something does not answer; `cause` says how. */
export const unavailable = (cause: unknown) =>
  new Refusal('unavailable', { headers: { 'retry-after': '2' }, cause });

/** A refusal of one field found wrong beyond its shape (a unit that is not there, a day before another). */
export function invalidField(path: string, code: string, en: string, zh: string): Refusal {
  return new Refusal('invalid-request', { errors: [{ path, code, detail: { en, zh } }] });
}

/** The property that a request names is not there. */
export const unknownProperty = (path: string) =>
  invalidField(path, 'unknown', 'There is no such property.', '没有该项目。');

/** A refusal of a query that no index serves; `possible` says which ones are. */
export const impossibleQuery = (possible: Text) =>
  new Refusal('invalid-request', {
    detail: possible,
    errors: [{ path: '/query', code: 'impossible_combination', detail: possible }],
  });

const typeBase = 'https://huifang.example/problems/';

/** The problem document of a refusal in the reader's language. */
export function problemDocument(refusal: Refusal, language: Language, requestId: string) {
  const { status, title } = problems[refusal.code];
  const { detail, errors, extra } = refusal.options;
  return {
    type: `${typeBase}${refusal.code}`,
    title: title[language],
    status,
    detail: detail?.[language] ?? title[language],
    requestId,
    ...(errors && {
      errors: errors.map((error) => ({ path: error.path, code: error.code, detail: error.detail[language] })),
    }),
    ...extra,
  };
}
