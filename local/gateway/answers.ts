import type { GatewayAnswer } from './routes.ts';

/** The answers of API Gateway itself: their types, status and words where the document says nothing. */
const own: Record<string, [status: number, message: string]> = {
  ACCESS_DENIED: [403, 'User is not authorized to access this resource'],
  AUTHORIZER_FAILURE: [500, 'null'],
  BAD_REQUEST_BODY: [400, 'Invalid request body'],
  INTEGRATION_FAILURE: [502, 'Internal server error'],
  INTEGRATION_TIMEOUT: [504, 'Endpoint request timed out'],
  INVALID_API_KEY: [403, 'Forbidden'],
  MISSING_AUTHENTICATION_TOKEN: [403, 'Missing Authentication Token'],
  REQUEST_TOO_LARGE: [413, 'Request Too Long'],
  THROTTLED: [429, 'Too Many Requests'],
  UNAUTHORIZED: [401, 'Unauthorized'],
};

export interface Reply {
  status: number;
  headers: [string, string][];
  body: Buffer;
}

/** The gateway's own answer of a type, in the words of the document's gateway responses. */
export function gatewayReply(
  answers: Record<string, GatewayAnswer>,
  type: string,
  context: { requestId: string; path: string },
): Reply {
  const [ownStatus, message] = own[type] ?? [500, 'Internal server error'];
  const fallback = ownStatus >= 500 ? 'DEFAULT_5XX' : 'DEFAULT_4XX';
  const answer = answers[type] ?? answers[fallback] ?? {};
  const headers = new Map([['content-type', 'application/json']]);
  for (const [name, value] of Object.entries(answer.responseParameters ?? {})) {
    const header = /^gatewayresponse\.header\.(.+)$/.exec(name)?.[1];
    const fixed = /^'(.*)'$/s.exec(value)?.[1];
    if (header && fixed !== undefined) headers.set(header.toLowerCase(), fixed);
  }
  const template =
    answer.responseTemplates?.['application/json'] ?? '{"message":$context.error.messageString}';
  const values: Record<string, string> = {
    'error.messageString': JSON.stringify(message),
    'error.message': message,
    'error.responseType': type,
    requestId: context.requestId,
    path: context.path,
  };
  const marks = /\$\{context\.([A-Za-z.]+)\}|\$context\.([A-Za-z]+(?:\.[A-Za-z]+)*)/g;
  const body = template.replace(
    marks,
    (_, braced?: string, plain?: string) => values[braced ?? plain ?? ''] ?? '',
  );
  return { status: Number(answer.statusCode ?? ownStatus), headers: [...headers], body: Buffer.from(body) };
}
