import type { IncomingHttpHeaders } from 'node:http';
import { account, partition } from '../template.ts';
import type { Access } from './evaluate.ts';
import { type TableKeys, tableAccesses } from './tables.ts';

/** A request to a part, as it came. */
export interface PartRequest {
  /** The service it was signed for: `dynamodb`, `sqs`, `s3`, `cognito-idp`, `apigateway`. */
  service: string;
  method: string;
  /** Path and query, escaped as sent. */
  url: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface Surroundings {
  region: string;
  keysOf(table: string): TableKeys | undefined;
}

/** What a request wants, as IAM sees it. Throws SyntaxError for a body that is not JSON where it has to be. */
export function accessesOf(request: PartRequest, { region, keysOf }: Surroundings): Access[] {
  const target = String(request.headers['x-amz-target'] ?? '');
  const json = () => JSON.parse(request.body.toString() || '{}') as Record<string, unknown>;
  const arn = (service: string, rest: string) => `arn:${partition}:${service}:${region}:${account}:${rest}`;
  switch (request.service) {
    case 'dynamodb':
      return tableAccesses(target, json(), region, keysOf);
    case 'sqs': {
      const { QueueUrl } = json();
      const queue = typeof QueueUrl === 'string' ? QueueUrl.split('/').at(-1) : undefined;
      // A batch needs the right to the single action.
      const action = (target.split('.')[1] ?? '').replace(/Batch$/, '');
      return [{ action: `sqs:${action}`, resource: queue ? arn('sqs', queue) : '*', context: {} }];
    }
    case 'cognito-idp': {
      const { UserPoolId } = json();
      const resource = UserPoolId === undefined ? '*' : arn('cognito-idp', `userpool/${String(UserPoolId)}`);
      return [{ action: `cognito-idp:${target.split('.')[1] ?? ''}`, resource, context: {} }];
    }
    case 's3':
      return objectAccesses(request);
    case 'apigateway': {
      // The method is the action, and the path the resource, of no account.
      const resource = `arn:${partition}:apigateway:${region}::${request.url.split('?')[0]}`;
      return [{ action: `apigateway:${request.method}`, resource, context: {} }];
    }
    default:
      return [
        { action: `${request.service}:${target.split('.')[1] ?? 'Unknown'}`, resource: '*', context: {} },
      ];
  }
}

/** Bucket and key of a path-style address; the key is undefined for the bucket itself. */
export function objectOf(path: string): { bucket: string; key: string | undefined } {
  const [, bucket = '', ...rest] = path.split('/');
  const key = rest.join('/');
  return { bucket: decodeURIComponent(bucket), key: key === '' ? undefined : decodeURIComponent(key) };
}

const objectActions: Record<string, string> = {
  GET: 's3:GetObject',
  HEAD: 's3:GetObject',
  PUT: 's3:PutObject',
  POST: 's3:PutObject',
  DELETE: 's3:DeleteObject',
};

function objectAccesses({ method, url, headers, body }: PartRequest): Access[] {
  const { pathname, searchParams } = new URL(url, 'http://parts');
  const { bucket, key } = objectOf(pathname);
  const arn = (rest: string) => `arn:${partition}:s3:::${rest}`;
  if (key === undefined) {
    if (method === 'POST' && searchParams.has('delete'))
      return [...body.toString().matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, one]) => ({
        action: 's3:DeleteObject',
        resource: arn(`${bucket}/${one}`),
        context: {},
      }));
    const action = bucket === '' ? 's3:ListAllMyBuckets' : listing(method, searchParams);
    const prefix = searchParams.get('prefix');
    return [
      {
        action,
        resource: bucket === '' ? '*' : arn(bucket),
        context: prefix === null ? {} : { 's3:prefix': prefix },
      },
    ];
  }
  const sub = ['acl', 'tagging', 'retention', 'legal-hold'].find((one) => searchParams.has(one));
  const action = objectActions[method] ?? `s3:${method}Object`;
  const suffix = sub ? sub.replace(/(^|-)(\w)/g, (_, __, letter: string) => letter.toUpperCase()) : '';
  const accesses = [{ action: action + suffix, resource: arn(`${bucket}/${key}`), context: {} }];
  const source = headers['x-amz-copy-source'];
  if (typeof source === 'string') {
    const from = objectOf(`/${source.replace(/^\//, '').split('?')[0]}`);
    accesses.push({ action: 's3:GetObject', resource: arn(`${from.bucket}/${from.key ?? ''}`), context: {} });
  }
  return accesses;
}

function listing(method: string, query: URLSearchParams): string {
  if (method === 'GET' || method === 'HEAD')
    return query.has('uploads') ? 's3:ListBucketMultipartUploads' : 's3:ListBucket';
  return method === 'DELETE' ? 's3:DeleteBucket' : 's3:CreateBucket';
}
