import * as wafv2 from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';
import { maxBodyBytes } from '../shared/http/input.ts';
import type { Route } from '../shared/http/route.ts';
import { problemText } from './gateway.ts';

/**
 * Rules of the managed set that would refuse honest requests; they count only. The functions check all of this
 * themselves, and nothing is ever rendered as HTML or fetched from an inner address.
 */
const COUNTED = [
  'SizeRestrictions_BODY', // 8 kB; bodies here may have 256 kB, checked below
  'NoUserAgent_HEADER', // sensors and call centres send none
  'CrossSiteScripting_BODY', // a complaint may quote anything
  'GenericRFI_BODY', // webhook addresses are URLs in bodies
  'GenericLFI_BODY', // so are file names of attachments
  'EC2MetaDataSSRF_BODY', // refused with a reason when a webhook is registered, and again at connect time
];

/** Requests of one address in five minutes. A call centre's many clerks share one address. */
const RATE = 30_000;

/** Regular expression for decimal numbers above `limit`. WAF can match texts but cannot compare numbers. */
export function above(limit: number): string {
  const digits = String(limit);
  const longer = `[1-9][0-9]{${digits.length},}`;
  const same = [...digits].flatMap((digit, i) => {
    if (digit === '9') return [];
    const next = Number(digit) + 1;
    const rest = digits.length - i - 1;
    return [`${digits.slice(0, i)}${next === 9 ? '9' : `[${next}-9]`}${rest > 0 ? `[0-9]{${rest}}` : ''}`];
  });
  return `^0*(${[longer, ...same].join('|')})$`;
}

/** Web ACL in front of the API: managed rules, size of bodies by their declared length, rate per address. */
export function webAcl(scope: Construct, name: string, routes: readonly Route[]): wafv2.CfnWebACL {
  const visibility = (metricName: string) => ({
    cloudWatchMetricsEnabled: true,
    metricName: `${name}-${metricName}`,
    // Samples would keep addresses and headers.
    sampledRequestsEnabled: false,
  });
  const matches = (fieldToMatch: wafv2.CfnWebACL.FieldToMatchProperty, regexString: string) => ({
    regexMatchStatement: { fieldToMatch, regexString, textTransformations: [{ priority: 0, type: 'NONE' }] },
  });
  const longerThan = (bytes: number) => matches({ singleHeader: { Name: 'content-length' } }, above(bytes));
  const uploads = routes.filter((route) => route.rawBody);
  const largest = Math.max(maxBodyBytes, ...uploads.map((route) => route.rawBody?.maxBytes ?? 0));
  // The path that WAF sees begins with the stage, unless the API has a domain of its own.
  const paths = uploads.map(({ path }) => `^(/[a-z]+)?${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
  const upload = [...new Set(paths)].map((path) => matches({ uriPath: {} }, path));
  const anyUpload = upload.length > 1 ? { orStatement: { statements: upload } } : upload[0];
  const tooLarge = { block: { customResponse: { responseCode: 413, customResponseBodyKey: 'too-large' } } };
  return new wafv2.CfnWebACL(scope, 'WebAcl', {
    name,
    scope: 'REGIONAL',
    defaultAction: { allow: {} },
    visibilityConfig: visibility('all'),
    customResponseBodies: Object.fromEntries(
      (['too-large', 'rate-limited'] as const).map((code) => [
        code,
        { contentType: 'APPLICATION_JSON', content: problemText(code, 'none').document },
      ]),
    ),
    rules: [
      {
        name: 'rate',
        priority: 0,
        statement: { rateBasedStatement: { limit: RATE, aggregateKeyType: 'IP' } },
        action: {
          block: {
            customResponse: {
              responseCode: 429,
              customResponseBodyKey: 'rate-limited',
              responseHeaders: [{ name: 'Retry-After', value: '60' }],
            },
          },
        },
        visibilityConfig: visibility('rate'),
      },
      {
        name: 'body-size',
        priority: 1,
        statement: anyUpload
          ? {
              andStatement: {
                statements: [longerThan(maxBodyBytes), { notStatement: { statement: anyUpload } }],
              },
            }
          : longerThan(maxBodyBytes),
        action: tooLarge,
        visibilityConfig: visibility('body-size'),
      },
      ...(largest > maxBodyBytes
        ? [
            {
              name: 'upload-size',
              priority: 2,
              statement: longerThan(largest),
              action: tooLarge,
              visibilityConfig: visibility('upload-size'),
            },
          ]
        : []),
      {
        name: 'common',
        priority: 3,
        statement: {
          managedRuleGroupStatement: {
            vendorName: 'AWS',
            name: 'AWSManagedRulesCommonRuleSet',
            ruleActionOverrides: COUNTED.map((rule) => ({ name: rule, actionToUse: { count: {} } })),
          },
        },
        overrideAction: { none: {} },
        visibilityConfig: visibility('common'),
      },
    ],
  });
}
