import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { freshen } from '../../local/build.ts';
import { dueShards } from '../../shared/keys.ts';
import { noComplaints } from '../complaints.ts';
import { measureFees, scaled } from './billRun.ts';
import { creations } from './complaints.ts';
import { feeOperations } from './fees.ts';
import { measureImports } from './imports.ts';
import { lifeOfAComplaint } from './life.ts';
import { measureLoad } from './load.ts';
import { otherOperations } from './others.ts';
import { rounded, table } from './stats.ts';
import { measureSweep } from './sweep.ts';
import { ticketOperations } from './tickets.ts';
import { type Figures, startWorld } from './world.ts';

/*
 * npm run bench [-- --only bundles,units,complaints,sweep,fees,load] [--million] [--homes 2000] [--samples 31] [--requests 500]
 * Prints Markdown. What fails a goal is marked; nothing is asserted, for machines are noisy.
 */

const { values: given } = parseArgs({
  options: {
    only: { type: 'string', default: 'bundles,units,complaints,sweep,fees,load' },
    million: { type: 'boolean', default: false },
    homes: { type: 'string', default: '2000' },
    samples: { type: 'string', default: '31' },
    requests: { type: 'string', default: '500' },
  },
});

const say = (text = '') => console.log(text);
const tell = (text: string) => console.error(`… ${text}`);
const goal = (holds: boolean) => (holds ? 'yes' : '**no**');

async function bundles(): Promise<void> {
  const { baseline, bundles: all, samples } = await measureImports(Number(given.samples));
  say('## Bundles of the API\n');
  say(
    `Each import in a process of its own, interleaved, ${samples} each; medians. Ratios are against a bundle`,
  );
  say('that imports client-dynamodb and nothing else, made without the slimming.');
  say('Goals: at most 260 kB, import at most 0.50.\n');
  const row = ({ name, bytes, importMs, cpuMs, processMs }: (typeof all)[number]) => [
    name,
    rounded(bytes / 1000),
    rounded(importMs),
    rounded(importMs / baseline.importMs, 2),
    rounded(cpuMs / baseline.cpuMs, 2),
    rounded(processMs / baseline.processMs, 2),
  ];
  say(
    table(
      [
        'bundle',
        'kB',
        'import, ms',
        'import, ratio',
        'processor time, ratio',
        'whole process, ratio',
        'goals',
      ],
      [
        [...row(baseline), ''],
        ...all.map((one) => [
          ...row(one),
          goal(one.bytes <= 260_000 && one.importMs <= 0.5 * baseline.importMs),
        ]),
      ],
    ),
  );
}

const cells = ({ readTrips, writeTrips, reads, writes, index }: Figures) => [
  readTrips,
  writeTrips,
  reads,
  writes,
  index,
];
const columns = ['reads', 'changes', 'read units', 'write units', 'index units'];

async function units(): Promise<void> {
  const world = await startWorld();
  try {
    const life = await lifeOfAComplaint(world);
    world.rows.length = 0;
    await ticketOperations(world);
    await otherOperations(world);
    say('## Round trips and units of an operation\n');
    say('Units by AWS\u2019s rules from the items as they travelled; the two first columns are round trips.');
    say('Goals: creating a complaint at most 8 write units besides the indexes\u2019, a replay none.\n');
    say(
      table(
        ['operation', ...columns],
        world.rows.map(({ name, figures }) => [name, ...cells(figures)]),
      ),
    );
    say('\n## A complaint\u2019s whole life\n');
    say(
      'Created, two reminders, dispatched, resolved, two reminders, called back, signed for by link, closed.',
    );
    say(`${life.reminders} reminders were sent, ${life.messages} messages put into inboxes.\n`);
    say(
      table(
        ['part', ...columns],
        life.parts.map(({ name, figures }) => [name, ...cells(figures)]),
      ),
    );
  } finally {
    await world.stop();
  }
}

async function complaints(): Promise<void> {
  if (noComplaints) return tell(noComplaints);
  const world = await startWorld();
  try {
    const { asPosted, withText, longest } = await creations(world);
    const costs = [...new Set([...asPosted.keys(), ...withText.keys()])].sort((a, b) => a - b);
    const row = (name: string, spread: typeof asPosted) => [name, ...costs.map((n) => spread.get(n) ?? 0)];
    say('## Creating a complaint\n');
    say('Real complaints by the write units that creating them costs besides the indexes\u2019.\n');
    say(
      table(
        ['complaints', ...costs.map((n) => `${n} units`)],
        [
          row('as an integrator moves them over', asPosted),
          row('with unit, reporter, and the authority\u2019s text', withText),
        ],
      ),
    );
    say(`\nThe bench\u2019s complaint costs 8 with up to ${longest} Chinese characters of text.`);
  } finally {
    await world.stop();
  }
}

async function sweep(): Promise<void> {
  const many = given.million ? 1_000_000 : 100_000;
  const { few, due, fewReads, manyReads, leases, burst } = await measureSweep(many, tell);
  const ratio = manyReads.reads / fewReads.reads;
  const spread = burst.largestShard / burst.mean;
  say('## The sweep\n');
  say(
    `The same ${due} obligations due in both tables. Goals: ratio at most 1.05, largest part at most 1.5.\n`,
  );
  say(
    table(
      ['what', 'figure', 'goal met'],
      [
        [`read units, ${few} stored`, fewReads.reads, ''],
        [`read units, ${many} stored`, manyReads.reads, ''],
        ['ratio', rounded(ratio, 3), goal(ratio <= 1.05)],
        ['queries', manyReads.readTrips, ''],
        ['lease of one, write units', leases.writes / due, ''],
        ['lease of one, index units', leases.index / due, ''],
        ['due within one minute', 10_000, ''],
        ['handed over by one sweep', burst.sent, goal(burst.sent >= 10_000)],
        ['different messages', burst.different, goal(burst.different === burst.messages)],
        ['batches', burst.batches, ''],
        [`largest of ${dueShards} parts`, burst.largestShard, ''],
        ['largest / mean', rounded(spread, 2), goal(spread <= 1.5)],
        ['seconds here (the function has 300)', rounded(burst.seconds), goal(burst.seconds < 300)],
      ],
    ),
  );
}

async function fees(): Promise<void> {
  const world = await startWorld();
  try {
    await feeOperations(world);
    say('## Money\n');
    say('Goals: a payment with one allocation at most 10 write units besides the indexes\u2019.\n');
    say(
      table(
        ['operation', ...columns],
        world.rows.map(({ name, figures }) => [name, ...cells(figures)]),
      ),
    );
  } finally {
    await world.stop();
  }
  const homes = Number(given.homes);
  const { run, plainPerSecond, morning } = await measureFees(homes, tell);
  const perUnit = (figures: Figures) => cells(scaled(figures, homes)).map((n) => rounded(n, 3));
  const perBill = run.billsOnly.writes / run.bills;
  say(`\n### A bill run of ${homes} units\n`);
  say(
    'What one unit costs. Goals: a bill at most 6 write units besides the indexes\u2019, 0.05 messages a unit.\n',
  );
  say(
    table(
      ['part', ...columns],
      [
        ['preview', ...perUnit(run.preview)],
        ['issuing', ...perUnit(run.issue)],
        ['of that the bills with their accounts', ...perUnit(run.billsOnly)],
        [
          'the dunning case that the first bill opens (stream)',
          ...cells(morning.opened).map((n) => rounded(n, 3)),
        ],
      ],
    ),
  );
  say();
  say(
    table(
      ['what', 'figure', 'goal met'],
      [
        ['write units of a bill', rounded(perBill, 2), goal(perBill <= 6)],
        ['messages in the queue', run.messages, ''],
        ['messages a unit', rounded(run.messages / homes, 4), goal(run.messages / homes <= 0.05)],
        ['requests that bring them there', run.batches, ''],
        ['units a second, issuing', rounded(run.perSecond), ''],
        ['plain transactions of bill and account a second', rounded(plainPerSecond), ''],
        ['a unit / such a transaction, in time', rounded(plainPerSecond / run.perSecond, 2), ''],
        ['largest heap while issuing, MB', rounded(run.heap / 2 ** 20, 0), ''],
      ],
    ),
  );
  say(`\n### A morning of dunning, ${morning.stored} payers with something open\n`);
  say(
    table(
      [
        'due',
        'messages',
        'read units, sweep',
        'read units, telling',
        'read units for one',
        'write units for one',
        'index units for one',
      ],
      morning.mornings.map(({ due, told, sweep: swept, tell: telling }) => [
        due,
        told,
        swept.reads,
        telling.reads,
        rounded((swept.reads + telling.reads) / due, 2),
        rounded((swept.writes + telling.writes) / due, 2),
        rounded((swept.index + telling.index) / due, 2),
      ]),
    ),
  );
}

async function load(): Promise<void> {
  const { concurrency, loads, memory, judgingMs } = await measureLoad(Number(given.requests));
  say('## Over HTTP on the local cloud\n');
  say(
    `${concurrency} at a time, on one machine with everything: gateway, functions, DynamoDB Local and the one`,
  );
  say('who asks. It says how the parts compare, not what AWS would give.\n');
  say(
    table(
      ['request', 'requests', 'a second', 'p50, ms', 'p99, ms'],
      loads.map(({ name, requests, perSecond, p50, p99 }) => [
        name,
        requests,
        rounded(perSecond),
        rounded(p50),
        rounded(p99),
      ]),
    ),
  );
  say();
  say(
    table(
      ['memory (resident)', 'MB before', 'MB after'],
      memory.map(({ part, before, after }) => [part, Math.round(before), Math.round(after)]),
    ),
  );
  say(`\nThe gate judged each call of a function to a part (IAM) in ${judgingMs.toFixed(2)} ms.`);
}

const sections = { bundles, units, complaints, sweep, fees, load };
const wanted = given.only.split(',');
const unknown = wanted.find((name) => !(name in sections));
if (unknown) throw new Error(`there is no ${unknown}: ${Object.keys(sections).join(', ')}`);
tell('building what is to be measured');
freshen();
say(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}\n`);
for (const [name, section] of Object.entries(sections)) {
  if (!wanted.includes(name)) continue;
  tell(name);
  await section();
  say();
}
