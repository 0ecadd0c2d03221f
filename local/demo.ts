import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cloud } from './cloud.ts';
import { playMoney } from './demo/money.ts';
import { type Login, makeOffices, type Office } from './demo/offices.ts';
import { playStory } from './demo/story.ts';

/** The morning on which the story begins. */
export const demoClock = '2026-09-30T09:00:00+08:00';

/** How to get into the demo offices. */
export interface Access {
  operator: Login;
  offices: Office[];
}

const file = (dataDir: string) => join(dataDir, 'demo.json');

/** Makes two offices and plays their first five weeks, line by line. Keeps the way in beside the data. */
export async function playDemo(cloud: Cloud, dataDir: string, say: (line: string) => void): Promise<Access> {
  const { operator, offices, staff } = await makeOffices(cloud);
  const access = { operator, offices };
  writeFileSync(file(dataDir), JSON.stringify(access, null, 2), { mode: 0o600 });
  const [a, b] = offices;
  if (!a || !b) throw new Error('the story needs two offices');
  await playStory(cloud, [a, b], staff, say);
  await playMoney(cloud, [a, b], say);
  return access;
}

/** The way in, as an earlier start left it; undefined where no demo was played. */
export function demoAccess(dataDir: string): Access | undefined {
  return existsSync(file(dataDir)) ? (JSON.parse(readFileSync(file(dataDir), 'utf8')) as Access) : undefined;
}

/** The end of the banner: who can sign in, and three requests to try. */
export function tryIt(url: string, { operator, offices }: Access): string {
  const [a] = offices;
  const login = a?.logins.find(({ role }) => role === 'desk');
  const lines = offices.flatMap((office) => [
    `  ${office.name}   API key ${office.key}`,
    `      property ${office.propertyId}`,
    `      ${office.logins.map(({ email }) => email).join(', ')}`,
  ]);
  return `
${lines.join('\n')}
  operator   ${operator.email}
  everybody's password   ${operator.password}

  try:
    curl -s ${url}/v1/tickets -H 'authorization: Bearer ${a?.key}'
    curl -s ${url}/v1/tickets -H 'authorization: Bearer ${a?.key}' -H 'content-type: application/json' -H 'idempotency-key: try-1' \\
      -d '{"kind":"repair","channel":"api","propertyId":"${a?.propertyId}","title":"水龙头漏水"}'
    curl -s ${url}/_local/token -d '{"username":"${login?.email}","password":"${login?.password}"}'
`;
}
