import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { findings, type IamReport, lines, merge, reportFolder } from '../../local/iam/index.ts';

const root = join(import.meta.dirname, '..', '..');
const file = join(root, 'coverage', 'iam-report.txt');

/** Whether every test of the project was there and passed. */
async function isWhole(project: TestProject): Promise<boolean> {
  const { testFiles } = await project.globTestFiles();
  const passed = project.vitest.state
    .getTestModules()
    .filter((one) => one.project === project)
    .filter((one) => [...one.children.allTests()].every((test) => test.result().state === 'passed'))
    .filter((one) => one.state() === 'passed')
    .map(({ moduleId }) => moduleId);
  return testFiles.every((file) => passed.includes(file));
}

/**
 * Collects from every cloud of a run which grants were used. After the system tests it says in one line how many were not, and
 * lists them in `coverage/iam-report.txt`. After a whole run each one without a reason is a finding, and the run has failed; after a
 * few tests most of them are only not met.
 */
export default function collect(project: TestProject): () => Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'huifang-iam-'));
  process.env[reportFolder] = folder;
  return async () => {
    const reports = readdirSync(folder).map((name): IamReport => {
      const report = JSON.parse(readFileSync(join(folder, name), 'utf8')) as IamReport;
      // Tests of the local cloud itself have a small template of their own.
      const ours = <T extends { statement: string }>(all: T[]) =>
        all.filter(({ statement }) => !statement.includes('fix-'));
      return { statements: ours(report.statements), forbidding: ours(report.forbidding) };
    });
    rmSync(folder, { recursive: true, force: true });
    const report = merge(reports);
    const [summary, ...rest] = lines(report);
    if (rest.length === 0) return;
    mkdirSync(join(root, 'coverage'), { recursive: true });
    writeFileSync(file, `${[summary, ...rest].join('\n')}\n`);
    console.log(`\n${summary} Which: coverage/iam-report.txt`);
    const unused = findings(report).filter(({ reason }) => reason === undefined);
    if (unused.length > 0 && (await isWhole(project))) {
      const all = unused.map(({ statement, what }) => `${statement}: ${what}`).join('\n');
      throw new Error(`nothing uses these grants; take them away, or test what needs them:\n${all}`);
    }
  };
}
