import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { domains } from '../../../functions/routes.ts';
import { configOf } from '../../../infra/config.ts';
import { addService } from '../../../infra/service.ts';
import { fewDomains, ofType, synthesize } from './service.ts';

const root = join(import.meta.dirname, '../../..');

/** The real routes, with one of every kind of domain in case it has none yet. */
const all = { ...fewDomains, ...domains };
const regions = ['ap-southeast-1', 'cn-northwest-1'];
const clouds = Object.fromEntries(
  regions.map((region) => [region, synthesize(region, { domains: all, valid: true })]),
);

describe.each(regions)('in %s', (region) => {
  const cloud = clouds[region] as ReturnType<typeof synthesize>;

  test('cdk-nag finds nothing that is not acknowledged', () => {
    const { violations } = new AwsSolutionsChecks(cloud.app, { verbose: true }).validateScope(cloud.app);
    expect(violations.map(({ ruleName, violatingResources }) => [ruleName, violatingResources])).toEqual([]);
  });

  test('every acknowledgement gives a reason', () => {
    const reasons = cloud.app.node
      .findAll()
      .flatMap(({ node }) => node.metadata)
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.values(data as Record<string, string>));
    expect(reasons.length).toBeGreaterThan(0);
    for (const reason of reasons) expect(reason.split(' ').length, reason).toBeGreaterThan(7);
  });

  test('no template is near the limits of CloudFormation', () => {
    for (const [stack, template] of Object.entries(cloud.templates)) {
      expect(Object.keys(template.Resources).length, stack).toBeLessThan(400);
      expect(JSON.stringify(template).length, stack).toBeLessThan(800_000);
    }
  });

  test('no template names a partition', () => {
    for (const template of Object.values(cloud.templates)) {
      expect(JSON.stringify(template)).not.toMatch(/arn:aws(-cn)?:/);
    }
  });

  test('every alarm has its paragraph in the runbook', () => {
    const runbook = readFileSync(join(root, 'docs/runbook.md'), 'utf8');
    const headings = new Set([...runbook.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading));
    const alarms = ofType(cloud, 'AWS::CloudWatch::Alarm').map(([, { AlarmName }]) => String(AlarmName));
    expect(alarms.length).toBeGreaterThanOrEqual(9);
    for (const name of alarms) expect(headings).toContain(name.replace(/^huifang-/, ''));
  });
});

test('China has no user pool and no SES: issuer and mail server are asked for', () => {
  const cloud = clouds['cn-northwest-1'] as ReturnType<typeof synthesize>;
  expect(cloud.service.identity).toBeUndefined();
  expect(Object.keys(cloud.templates.api?.Parameters ?? {})).toEqual(
    expect.arrayContaining(['OidcIssuer', 'OidcAudience']),
  );
  const text = JSON.stringify(cloud.templates);
  expect(text).not.toMatch(/cognito|ses:Send/);
  expect(text).toContain('{{resolve:ssm:/huifang/mail-transport}}');
});

test('no source names a partition', () => {
  const sources = ['infra', 'functions', 'shared', 'scripts'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => join(root, folder, file)),
  );
  expect(sources.length).toBeGreaterThan(20);
  for (const file of sources) expect(readFileSync(file, 'utf8'), file).not.toMatch(/arn:aws:/);
});

test('a function that is not built is told of, with what to do', () => {
  const app = new App();
  const config = configOf(app, 'ap-southeast-1', { dist: '/nowhere' });
  expect(() => addService(app, config, all)).toThrow(/nowhere.*run "npm run build" first/);
});
