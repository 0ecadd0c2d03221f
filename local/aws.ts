/** The local cloud's own calls to its parts: AWS's JSON protocol, without an SDK client per service. */

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** What the local cloud itself signs with; the parts do not check signatures, only that there is one. */
export const ownCredentials: Credentials = { accessKeyId: 'LOCALCLOUD', secretAccessKey: 'local' };

/** An error answered by a part; `code` is AWS's name for it. */
export class AwsError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.name = 'AwsError';
    this.code = code;
  }
}

export type AwsCall = (action: string, input: object) => Promise<Record<string, unknown>>;

/** Calls actions of one service, such as `DynamoDBStreams_20120810` at `endpoint`. Throws AwsError. */
export function awsJson(
  endpoint: string,
  service: string,
  region: string,
  version: '1.0' | '1.1' = '1.0',
): AwsCall {
  const authorization =
    `AWS4-HMAC-SHA256 Credential=${ownCredentials.accessKeyId}/20260101/${region}/local/aws4_request, ` +
    'SignedHeaders=host, Signature=0000';
  return async (action, input) => {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': `application/x-amz-json-${version}`,
        'x-amz-target': `${service}.${action}`,
        'x-amz-date': '20260101T000000Z',
        authorization,
      },
      body: JSON.stringify(input),
    });
    const text = await response.text();
    const answer = (text ? JSON.parse(text) : {}) as Record<string, unknown>;
    if (!response.ok) {
      const code =
        String(answer.__type ?? response.status)
          .split('#')
          .pop() ?? 'Unknown';
      throw new AwsError(code, String(answer.message ?? answer.Message ?? text));
    }
    return answer;
  };
}
