import { createWriteStream } from 'node:fs';
import { parseArgs } from 'node:util';
import { derivedId, idPattern } from '../shared/ids.ts';

/*
 * The operator's command line: `npm run operator -- <command>`. Everything it does goes through the operator API, with the
 * operator's own token.
 */

const usage = `Usage: npm run operator -- <command> [options]

  create --slug S --name N --owner-name N --owner-email E [--zone Z] [--tier T] [--language zh|en]
                               onboard an office; repeat it when in doubt
  list [--zone Z]              all offices
  show OFFICE                  one office
  change OFFICE [--name N] [--zone Z] [--tier T] [--language zh|en]
                               what is given; the tier it has once more mends its usage key
  suspend OFFICE --reason R    reading works, changing does not, reminders pause
  reactivate OFFICE
  export OFFICE [--out FILE]   everything it has, one JSON object a line
  delete OFFICE --confirm SLUG delete it and all it has; takes some minutes

OFFICE is an id (ten_…) or a slug.
  --url URL                    address of the API, or HUIFANG_URL (default http://localhost:3000)
  HUIFANG_OPERATOR_TOKEN       ID token of an operator
`;

const text = { type: 'string' } as const;
const options = {
  url: text,
  slug: text,
  name: text,
  'owner-name': text,
  'owner-email': text,
  zone: text,
  tier: text,
  language: text,
  reason: text,
  out: text,
  confirm: text,
  help: { type: 'boolean' },
} as const;

export interface Surroundings {
  env: Record<string, string | undefined>;
  /** One line to standard output, one to standard error. */
  out(line: string): void;
  err(line: string): void;
  wait(seconds: number): Promise<void>;
}

/** What ends the command: a line for people, no stack. */
class Failure extends Error {}

type Given = Partial<Record<Exclude<keyof typeof options, 'help'>, string>>;
type Ask = (
  method: string,
  path: string,
  body?: unknown,
) => Promise<{ status: number; headers: Headers; body: Json }>;
// biome-ignore lint/suspicious/noExplicitAny: answers of the API, printed as they are
type Json = any;

/** Runs one command; answers the exit code. */
export async function run(args: string[], around: Surroundings): Promise<number> {
  try {
    const { values, positionals } = parsed(args);
    const [command, office, ...rest] = positionals;
    if (values.help || command === undefined) {
      around.out(usage);
      return values.help ? 0 : 1;
    }
    const work = commands[command];
    if (!work) throw new Failure(`There is no command ${command}.\n\n${usage}`);
    if (rest.length > 0) throw new Failure(`What is "${rest[0]}" for?`);
    await work({ ask: caller(values, around), given: values, office, around });
    return 0;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    around.err(error.message);
    return 1;
  }
}

function parsed(args: string[]) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new Failure(`${(error as Error).message}\n\n${usage}`);
  }
}

interface Command {
  ask: Ask;
  given: Given;
  office: string | undefined;
  around: Surroundings;
}

const base = '/operator/v1/tenants';

const commands: Record<string, (command: Command) => Promise<void>> = {
  async create({ ask, given, around }) {
    const { zone, tier, language } = given;
    const { status, body } = await ask('POST', base, {
      slug: need(given, 'slug'),
      name: need(given, 'name'),
      owner: { name: need(given, 'owner-name'), email: need(given, 'owner-email') },
      zone,
      tier,
      language,
    });
    around.out(`${status === 201 ? 'Created' : 'Already there'}: ${line(body)}`);
    around.out(`The owner signs in as ${body.ownerEmail}.`);
  },
  async list({ ask, given, around }) {
    const zone = given.zone ? `&zone=${encodeURIComponent(given.zone)}` : '';
    for await (const item of pages(ask, `${base}?limit=100${zone}`)) around.out(line(item));
  },
  async show({ ask, office, around }) {
    around.out(JSON.stringify((await ask('GET', path(office))).body, null, 2));
  },
  async change({ ask, office, given, around }) {
    const { name, zone, tier, language } = given;
    const body = { name, zone, tier, language };
    if (Object.values(body).every((value) => value === undefined))
      throw new Failure('What is to be changed? Give --name, --zone, --tier or --language.');
    around.out(`Changed: ${line((await ask('PATCH', path(office), body)).body)}`);
  },
  async suspend({ ask, office, given, around }) {
    const { body } = await ask('POST', `${path(office)}/suspend`, { reason: need(given, 'reason') });
    around.out(`Suspended: ${line(body)}`);
  },
  async reactivate({ ask, office, around }) {
    around.out(`Reactivated: ${line((await ask('POST', `${path(office)}/reactivate`)).body)}`);
  },
  async export({ ask, office, given, around }) {
    const all = pages(ask, `${path(office)}/export?limit=1000`);
    if (!given.out) {
      for await (const item of all) around.out(JSON.stringify(item));
      return;
    }
    const file = createWriteStream(given.out);
    const failed = new Promise<never>((_, reject) => file.on('error', reject));
    let count = 0;
    const written = (async () => {
      for await (const item of all) {
        if (!file.write(`${JSON.stringify(item)}\n`))
          await new Promise<void>((drained) => file.once('drain', () => drained()));
        count++;
      }
      await new Promise<void>((ended) => file.end(ended));
    })();
    await Promise.race([written, failed]).catch((error: NodeJS.ErrnoException) => {
      throw error.code ? new Failure(`Cannot write ${given.out}: ${error.code}`) : error;
    });
    around.out(`${count} items in ${given.out}`);
  },
  async delete({ ask, office, given, around }) {
    const where = `${path(office)}?confirm=${encodeURIComponent(need(given, 'confirm'))}`;
    for (;;) {
      const { status, headers, body } = await ask('DELETE', where);
      if (status === 204) break;
      const seconds = Number(headers.get('retry-after') ?? 5);
      const next = seconds > 0 ? `; looking again in ${seconds} s for what was under way` : '';
      around.out(`Deleting: ${body.removed} items gone${next}`);
      await around.wait(seconds);
    }
    around.out('Deleted.');
  },
};

function need(given: Given, name: keyof Given): string {
  const value = given[name];
  if (!value) throw new Failure(`--${name} is needed.`);
  return value;
}

/** The path of an office named by its id or its slug, from which the id follows. */
function path(office: string | undefined): string {
  if (!office) throw new Failure('Which office? Name its id or its slug.');
  return `${base}/${idPattern('tenant').test(office) ? office : derivedId('tenant', office)}`;
}

const line = (office: Json) =>
  `${office.id}  ${office.slug}  ${office.name}  ${office.status}  ${office.tier}  ${office.zone}`;

async function* pages(ask: Ask, where: string): AsyncGenerator<Json> {
  let next: string | undefined;
  do {
    const { body } = await ask('GET', next ? `${where}&cursor=${encodeURIComponent(next)}` : where);
    yield* body.items;
    next = body.next;
  } while (next);
}

function caller(given: Given, { env }: Surroundings): Ask {
  const url = (given.url ?? env.HUIFANG_URL ?? 'http://localhost:3000').replace(/\/$/, '');
  const token = env.HUIFANG_OPERATOR_TOKEN;
  if (!token) throw new Failure('Set HUIFANG_OPERATOR_TOKEN to the ID token of an operator.');
  return async (method, where, body) => {
    const answer = await fetch(`${url}${where}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }).catch((error: Error) => {
      const cause = error.cause as { code?: string } | undefined;
      throw new Failure(`${url} does not answer (${cause?.code ?? error.message}). Is the address right?`);
    });
    const said: Json = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Failure(problem(answer.status, said));
    return { status: answer.status, headers: answer.headers, body: said };
  };
}

function problem(status: number, said: Json): string {
  if (status === 401) return 'The token is not valid or has ended: sign in again.';
  const fields = (said.errors ?? []).map(
    (error: { path: string; detail: string }) => `  ${error.path}: ${error.detail}`,
  );
  const request = said.requestId ? ` (request ${said.requestId})` : '';
  return [`${status}: ${said.detail ?? said.title ?? 'no reason given'}${request}`, ...fields].join('\n');
}

if (import.meta.main) {
  process.exitCode = await run(process.argv.slice(2), {
    env: process.env,
    out: (said) => console.log(said),
    err: (said) => console.error(said),
    wait: (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000)),
  });
}
