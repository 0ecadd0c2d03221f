import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type IamReport, lines, merge, reportFolder } from '../../local/iam/index.ts';

const root = join(import.meta.dirname, '..', '..');
const file = join(root, 'coverage', 'iam-report.txt');

/**
 * Collects from every cloud of a run which grants were used. After the system tests it says in one line how many were not, and
 * lists them in `coverage/iam-report.txt`: after a whole run each is a finding, after a few tests most of them are only not met.
 */
export default function collect(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'huifang-iam-'));
  process.env[reportFolder] = folder;
  return () => {
    const reports = readdirSync(folder).map((name): IamReport => {
      const report = JSON.parse(readFileSync(join(folder, name), 'utf8')) as IamReport;
      // Tests of the local cloud itself have a small template of their own.
      const ours = <T extends { statement: string }>(all: T[]) =>
        all.filter(({ statement }) => !statement.includes('fix-'));
      return { statements: ours(report.statements), forbidding: ours(report.forbidding) };
    });
    rmSync(folder, { recursive: true, force: true });
    const [summary, ...rest] = lines(merge(reports));
    if (rest.length === 0) return;
    mkdirSync(join(root, 'coverage'), { recursive: true });
    writeFileSync(file, `${[summary, ...rest].join('\n')}\n`);
    console.log(`\n${summary} Which: coverage/iam-report.txt`);
  };
}
