/**
 * Grants that nothing on this machine uses and that stay all the same, each with its reason. Whatever else is unused after a run
 * of the system tests is a finding: take the grant away, or test what needs it.
 */
const kept: { statement: RegExp; what: RegExp; reason: string }[] = [
  {
    statement: /courierRole/,
    what: /^ses:/,
    reason: 'mail goes by SMTP here, by SES on AWS',
  },
  {
    statement: /Role/,
    what: /^sqs:(ChangeMessageVisibility|GetQueueUrl|GetQueueAttributes)$/,
    reason: 'part of what CDK gives whoever works on a queue or puts failures there',
  },
  {
    statement: /streamRole/,
    what: /^dynamodb:ListStreams$/,
    reason: 'Lambda\u2019s documentation asks for it of every reader of a stream',
  },
  {
    statement: /ApiCloudWatchRole/,
    what: /^sts:AssumeRole$/,
    reason: 'API Gateway writes its own logs with it, which this machine does not have',
  },
];

/** Why an unused grant is kept; undefined if there is no reason. A whole statement needs one for each of its actions. */
export function reasonFor(statement: string, what: string, actions: readonly string[]): string | undefined {
  const of = (one: string) =>
    kept.find((rule) => rule.statement.test(statement) && rule.what.test(one))?.reason;
  const own = of(what);
  if (own !== undefined || what !== 'all of it' || actions.length === 0) return own;
  const reasons = actions.map(of);
  return reasons.every((reason) => reason !== undefined) ? reasons[0] : undefined;
}
