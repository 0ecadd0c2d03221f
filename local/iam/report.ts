import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Verdict } from './evaluate.ts';
import type { Policies, Statement } from './policies.ts';
import { reasonFor } from './unused.ts';

/** How often statements applied, and with which of their actions and resources. Plain data, so that runs can be added up. */
export interface Uses {
  count: number;
  actions: Record<string, number>;
  resources: Record<string, number>;
}

export class Usage {
  readonly byStatement = new Map<string, Uses>();

  count(by: Verdict['by']): void {
    for (const { statement, action, resource } of by) {
      let uses = this.byStatement.get(statement.id);
      if (!uses) {
        uses = { count: 0, actions: {}, resources: {} };
        this.byStatement.set(statement.id, uses);
      }
      uses.count++;
      uses.actions[action] = (uses.actions[action] ?? 0) + 1;
      uses.resources[resource] = (uses.resources[resource] ?? 0) + 1;
    }
  }
}

/** One statement that permits something, and what of it was used. */
export interface StatementReport extends Uses {
  statement: string;
  unusedActions: string[];
  unusedResources: string[];
}

export interface IamReport {
  statements: StatementReport[];
  /** Statements that forbid, and how often they did. */
  forbidding: { statement: string; count: number }[];
}

/** A grant nobody used: a finding, unless there is a reason to keep it. */
export interface Finding {
  statement: string;
  /** An action, a resource, or the whole statement. */
  what: string;
  reason?: string;
}

const unused: Uses = { count: 0, actions: {}, resources: {} };

export function reportOf(policies: Policies, usage: Usage): IamReport {
  const ofRoles = [...policies.roles.values()].flatMap(({ trust, identity }) => [trust, ...identity]);
  const all: Statement[] = [...ofRoles, ...policies.resources.values()].flatMap(
    ({ statements }) => statements,
  );
  const report: IamReport = { statements: [], forbidding: [] };
  for (const { id, effect, actions, resources } of all) {
    const uses = usage.byStatement.get(id) ?? unused;
    if (effect === 'Deny') report.forbidding.push({ statement: id, count: uses.count });
    else report.statements.push(entry(id, uses, actions, resources));
  }
  return report;
}

function entry(statement: string, uses: Uses, actions: string[], resources: string[]): StatementReport {
  return {
    statement,
    ...structuredClone(uses),
    unusedActions: actions.filter((action) => !uses.actions[action]),
    unusedResources: resources.filter((resource) => !uses.resources[resource]),
  };
}

/** Reports of several runs of one template as one; names that differ from run to run are made alike. */
export function merge(reports: readonly IamReport[]): IamReport {
  const statements = new Map<string, StatementReport>();
  const forbidding = new Map<string, number>();
  for (const report of reports) {
    for (const raw of report.statements) {
      const one = plain(raw);
      const sum = statements.get(one.statement);
      if (!sum) {
        statements.set(one.statement, one);
        continue;
      }
      sum.count += one.count;
      for (const kind of ['actions', 'resources'] as const)
        for (const [name, uses] of Object.entries(one[kind])) sum[kind][name] = (sum[kind][name] ?? 0) + uses;
      sum.unusedActions = sum.unusedActions.filter((action) => one.unusedActions.includes(action));
      sum.unusedResources = sum.unusedResources.filter((resource) => one.unusedResources.includes(resource));
    }
    for (const { statement, count } of report.forbidding)
      forbidding.set(statement, (forbidding.get(statement) ?? 0) + count);
  }
  return {
    statements: [...statements.values()],
    forbidding: [...forbidding].map(([statement, count]) => ({ statement, count })),
  };
}

/** Tables of clouds that share a database have a suffix each. */
const plainName = (arn: string) => arn.replace(/(:table\/[a-z-]+-data)-[a-z0-9]{10,}/, '$1');

function plain(one: StatementReport): StatementReport {
  return {
    ...one,
    resources: Object.fromEntries(Object.entries(one.resources).map(([arn, uses]) => [plainName(arn), uses])),
    unusedResources: one.unusedResources.map(plainName),
  };
}

/** What nobody used of all that is granted. A statement that nobody used at all is one finding. */
export function findings(report: IamReport): Finding[] {
  return report.statements.flatMap((one) => {
    const whats = one.count === 0 ? ['all of it'] : [...one.unusedActions, ...one.unusedResources];
    return whats.map((what): Finding => {
      const reason = reasonFor(one.statement, what, one.unusedActions);
      return { statement: one.statement, what, ...(reason !== undefined && { reason }) };
    });
  });
}

/** The report as lines for people: what was used in numbers, what was not by name. */
export function lines(report: IamReport): string[] {
  const found = findings(report);
  const used = report.statements.filter(({ count }) => count > 0).length;
  const open = found.filter(({ reason }) => reason === undefined);
  const kept = found.filter(({ reason }) => reason !== undefined);
  return [
    `IAM: ${used} of ${report.statements.length} statements that permit were used; ${open.length} grants unused without a reason, ${kept.length} with one.`,
    ...open.map(({ statement, what }) => `  unused: ${statement}: ${what}`),
    ...kept.map(({ statement, what, reason }) => `  unused, kept: ${statement}: ${what} (${reason})`),
    ...report.forbidding
      .filter(({ count }) => count > 0)
      .map(({ statement, count }) => `  forbade ${count}: ${statement}`),
  ];
}

/** Folder in which clouds leave their reports when they stop, one file each, if somebody collects them. */
export const reportFolder = 'HUIFANG_IAM_REPORTS';

let written = 0;

/** Leaves the report where `HUIFANG_IAM_REPORTS` says; nowhere without it. */
export function writeReport(report: IamReport): void {
  const folder = process.env[reportFolder];
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${process.pid}-${++written}-${Date.now()}.json`), JSON.stringify(report));
}
