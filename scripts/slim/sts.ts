// STS speaks the old query protocol: a form there, XML back, with a serializer and a parser of their own that nothing
// else needs. The whole client is 25 kB in every API bundle for one call; this is that call, on the SDK's own signer
// and HTTP handler. A test holds it against the same answers as the other clients.
import { fromEnv } from '@aws-sdk/credential-provider-env';
import { Sha256 } from '@smithy/core/checksum';
import { HttpRequest, type HttpResponse } from '@smithy/core/protocols';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { SignatureV4 } from '@smithy/signature-v4';
import { regionalEndpoint } from './endpoints.ts';

interface Input {
  RoleArn: string;
  RoleSessionName: string;
  Tags?: { Key: string; Value: string }[];
  DurationSeconds?: number;
}

const ATTEMPTS = 3;
const RETRYABLE = /Throttl|RequestLimitExceeded|ServiceUnavailable|InternalFailure/;

export class AssumeRoleCommand {
  readonly input: Input;
  constructor(input: Input) {
    this.input = input;
  }
}

export class STSClient {
  private readonly config: { endpoint?: string; region?: string };
  private readonly handler = new NodeHttpHandler({ connectionTimeout: 2000, requestTimeout: 5000 });
  private readonly signer: SignatureV4;

  constructor(config: { endpoint?: string; region?: string } = {}) {
    for (const name of Object.keys(config)) {
      if (name !== 'endpoint' && name !== 'region')
        throw new Error(`${name}: not a setting of this STS client`);
    }
    this.config = config;
    this.signer = new SignatureV4({
      service: 'sts',
      region: this.region(),
      credentials: fromEnv(),
      sha256: Sha256,
    });
  }

  private region(): string {
    const region = this.config.region ?? process.env.AWS_REGION;
    if (!region) throw new Error('AWS_REGION is not set');
    return region;
  }

  async send({ input }: AssumeRoleCommand) {
    for (let attempt = 1; ; attempt++) {
      try {
        return credentialsIn(await this.post(formOf(input)));
      } catch (error) {
        const { name, $metadata } = error as { name: string; $metadata?: { httpStatusCode: number } };
        // No status: the connection failed.
        const again = !$metadata || $metadata.httpStatusCode >= 500 || RETRYABLE.test(name);
        if (!again || attempt === ATTEMPTS) throw error;
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 100 * 2 ** attempt));
      }
    }
  }

  private async post(form: URLSearchParams): Promise<string> {
    const given = this.config.endpoint ?? process.env.AWS_ENDPOINT_URL_STS ?? process.env.AWS_ENDPOINT_URL;
    const { url } = regionalEndpoint('sts')({
      Region: this.region(),
      ...(given !== undefined && { Endpoint: given }),
    });
    const request = await this.signer.sign(
      new HttpRequest({
        method: 'POST',
        protocol: url.protocol,
        hostname: url.hostname,
        ...(url.port && { port: Number(url.port) }),
        path: '/',
        headers: { host: url.host, 'content-type': 'application/x-www-form-urlencoded' },
        body: form.toString(),
      }),
    );
    const { response } = (await this.handler.handle(request as HttpRequest)) as { response: HttpResponse };
    const chunks: Buffer[] = [];
    for await (const chunk of response.body) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    if (response.statusCode === 200) return text;
    const error = new Error(textOf(text, 'Message') ?? `STS answered ${response.statusCode}`);
    error.name = textOf(text, 'Code') ?? 'STSServiceException';
    throw Object.assign(error, { $metadata: { httpStatusCode: response.statusCode } });
  }

  destroy(): void {
    this.handler.destroy();
  }
}

function formOf({ RoleArn, RoleSessionName, Tags = [], DurationSeconds, ...rest }: Input): URLSearchParams {
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw new Error(`${unknown}: not an input of this AssumeRole`);
  return new URLSearchParams({
    Action: 'AssumeRole',
    Version: '2011-06-15',
    RoleArn,
    RoleSessionName,
    ...(DurationSeconds !== undefined && { DurationSeconds: String(DurationSeconds) }),
    ...Object.fromEntries(
      Tags.flatMap(({ Key, Value }, i) => [
        [`Tags.member.${i + 1}.Key`, Key],
        [`Tags.member.${i + 1}.Value`, Value],
      ]),
    ),
  });
}

function credentialsIn(text: string) {
  const expiration = textOf(text, 'Expiration');
  return {
    Credentials: {
      AccessKeyId: textOf(text, 'AccessKeyId'),
      SecretAccessKey: textOf(text, 'SecretAccessKey'),
      SessionToken: textOf(text, 'SessionToken'),
      Expiration: expiration === undefined ? undefined : new Date(expiration),
    },
  };
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Text of an element that occurs once, without attributes. */
function textOf(xml: string, element: string): string | undefined {
  return new RegExp(`<${element}>([^<]*)</${element}>`)
    .exec(xml)?.[1]
    ?.trim()
    .replaceAll(/&(\w+);/g, (entity, name: string) => ENTITIES[name] ?? entity);
}
