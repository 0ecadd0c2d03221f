export { Gate } from './gate.ts';
export { type Denial, Iam } from './iam.ts';
export { checkPlatform } from './platform.ts';
export { readPolicies } from './policies.ts';
export { type Finding, findings, type IamReport, lines, merge, reportFolder, writeReport } from './report.ts';
