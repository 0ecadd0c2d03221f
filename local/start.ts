import { parseArgs } from 'node:util';
import { freshen } from './build.ts';
import { type Cloud, startCloud, Trouble } from './cloud.ts';
import { demoAccess, demoClock, playDemo, tryIt } from './demo.ts';

const usage = `npm start -- [--port 3000] [--data .local] [--reset] [--no-demo] [--template DIR]

  --port     where the API listens on 127.0.0.1
  --data     folder that keeps the data
  --reset    begin anew: removes what is in that folder
  --no-demo  an empty folder stays empty
  --template run what was synthesized there, instead of building this service`;

interface Options {
  port: number;
  data: string;
  reset: boolean;
  demo: boolean;
  template: string | undefined;
}

function options(): Options {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: '3000' },
        data: { type: 'string', default: '.local' },
        reset: { type: 'boolean', default: false },
        template: { type: 'string' },
        'no-demo': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) {
      console.log(usage);
      process.exit(0);
    }
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65_535)
      throw new Error(`--port ${values.port} is no port`);
    if (values.data === '') throw new Error('--data needs a folder');
    return {
      port,
      data: values.data,
      reset: values.reset,
      demo: !values['no-demo'],
      template: values.template,
    };
  } catch (error) {
    throw new Trouble(
      `${(error as Error).message.split('\n')[0]}; "npm start -- --help" tells what there is`,
    );
  }
}

const began = performance.now();

/** One line for a part that has come up, with the time since the start. */
function progress(part: string, detail: string): void {
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${seconds.padStart(6)} s  ${part.padEnd(24)} ${detail}`);
}

/** Ctrl-C was pressed: what ends from then on is no trouble. */
let stopping = false;

async function main(): Promise<void> {
  if (Number(process.versions.node.split('.')[0]) < 24)
    throw new Trouble(
      `this is Node ${process.versions.node}: start with "npm start", which uses the Node 24 of npm ci`,
    );
  // Lambda runs on UTC.
  process.env.TZ = 'UTC';
  const { port, data, reset, demo, template } = options();
  if (template === undefined) freshen(() => progress('build', 'bundles and template, a minute or so'));
  // A first Ctrl-C stops in order, also while starting; a second one at once.
  let cloud: Cloud | undefined;
  const stop = async (signal: string) => {
    if (stopping) process.exit(130);
    stopping = true;
    if (!cloud) return;
    console.log(`\n${signal}: stopping`);
    await cloud.stop();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(signal));

  const verbose = process.env.HUIFANG_LOG === '1';
  cloud = await startCloud({
    port,
    dataDir: data,
    reset,
    live: true,
    // Only a fresh cloud takes it: the story has its dates.
    ...(demo && { clock: demoClock }),
    ...(template === undefined ? {} : { assembly: template }),
    progress,
    onLine: (fn, line) => {
      if (verbose) console.log(`${fn}: ${line}`);
      else if (line.startsWith('{"level":"error"')) console.error(`${fn}: ${line}`);
    },
  });
  if (stopping) {
    await cloud.stop();
    process.exit(0);
  }
  if (cloud.fresh && demo) await playDemo(cloud, data, (line) => console.log(line));
  banner(cloud, data);
}

function banner(cloud: Cloud, data: string): void {
  const access = demoAccess(data);
  console.log(`
  回访 Huifang runs at ${cloud.url}
  this machine's own page: ${cloud.url}/_local/   the clock says ${cloud.clock.iso()}
  data in ${data}; Ctrl-C stops everything
${access ? tryIt(cloud.url, access) : firstOperator(cloud.url)}`);
}

/** Without the demo nobody is there yet. */
const firstOperator = (url: string) => `
  no demo was played here ("npm start -- --reset" empties the folder and plays it); make yourself the operator, and onboard an office with the token:
    curl -s ${url}/_local/users -d '{"username":"operator@huifang.example","password":"…","operator":true}'
    curl -s ${url}/_local/token -d '{"username":"operator@huifang.example","password":"…"}'
    HUIFANG_URL=${url} HUIFANG_OPERATOR_TOKEN=… npm run operator -- --help
`;

main().catch((error: unknown) => {
  // With a cloud that is up, whoever stops it ends the process.
  if (stopping) return;
  if (error instanceof Trouble) console.error(error.message);
  else console.error(error);
  process.exit(1);
});
