import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { finder, operationsOf, violations } from './document.ts';

/**
 * Holds what passes between a client and the running service against the document the build printed. Always on in the system tests:
 * Prism does the same from outside when it is asked for (`npm run prism`), for two hundred packages more and a second process.
 */

const file = join(import.meta.dirname, '..', '..', 'dist', 'meta', 'openapi.json');

let find: ReturnType<typeof finder> | undefined;

/** How many answers were held against the document, by operation. */
export const held = new Map<string, number>();

/** Throws if an answer is not as the document has it. What the document does not have (`/_local/`, unknown paths) is not judged. */
export function hold(
  method: string,
  path: string,
  answer: { status: number; headers: Headers; body: unknown },
): void {
  if (!existsSync(file)) return;
  find ??= finder(operationsOf(readFileSync(file, 'utf8')));
  const operation = find(method, path);
  // Whether an error of ours is expected is the business of the test that kills functions.
  if (!operation || answer.status >= 500) return;
  held.set(operation.id, (held.get(operation.id) ?? 0) + 1);
  const { status, headers, body } = answer;
  const wrong = violations(operation, { status, header: (name) => headers.get(name), body });
  if (wrong.length > 0) throw new Error(`${method} ${path} is not as documented: ${wrong.join('; ')}`);
}
