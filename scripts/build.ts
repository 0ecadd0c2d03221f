import { copyFileSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type BuildResult, build, type Plugin } from 'esbuild';
import { writeDocument } from './openapi.ts';
import { slimSdk } from './slim.ts';
import { withoutDocument } from './undocumented.ts';

/*
 * Bundles every function: functions/<name>/handler.ts -> dist/<name>/index.mjs. One run of esbuild for all of them,
 * without splitting: each folder is complete, and the CDK takes it as it is.
 */

const root = join(import.meta.dirname, '..');
/** Names of the functions: the folders of functions/ that have a handler. */
export function functionNames(): string[] {
  return readdirSync(join(root, 'functions'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(entry.parentPath, entry.name, 'handler.ts')))
    .map((entry) => entry.name)
    .sort();
}

/** What few requests of a function need: a file beside its bundle, read when it is first imported (`await import('./pdf.ts')`). */
const apart: Readonly<Record<string, string>> = { 'notices/pdf': 'functions/notices/pdf.ts' };

/** The sources of everything that is deployed: of each function, and of the parts beside them. */
export const sources = (): Record<string, string> => ({
  ...Object.fromEntries(functionNames().map((name) => [name, `functions/${name}/handler.ts`])),
  ...apart,
});

/** Leaves the dynamic imports of those parts as they are, but for the file's name. */
const partsApart: Plugin = {
  name: 'parts-apart',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\// }, ({ kind, path, resolveDir }) => {
      if (kind !== 'dynamic-import') return undefined;
      const source = join(resolveDir, path);
      const part = Object.keys(apart).find((name) => join(root, apart[name] ?? '') === source);
      return part === undefined ? undefined : { path: `./${basename(part)}.mjs`, external: true };
    });
  },
};

/** Bundles entry points (output folder -> source) into `outdir`; with no `plugins` the SDK stays as it comes. */
export function bundle(
  entries: Readonly<Record<string, string>>,
  outdir: string,
  plugins: Plugin[] = [slimSdk(), partsApart, withoutDocument],
): Promise<BuildResult<{ metafile: true }>> {
  return build({
    absWorkingDir: root,
    entryPoints: Object.entries(entries).map(([name, source]) => ({
      in: source,
      out: name in apart ? name : `${name}/index`,
    })),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: false,
    minify: true,
    // Chinese as it is: escaped it would take twice the room.
    charset: 'utf8',
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    metafile: true,
    legalComments: 'none',
    logLevel: 'warning',
    plugins,
  });
}

/** What went into the bundles that were last built, as esbuild tells it. */
export const metafile = join(root, 'dist', 'metafile.json');

async function main(): Promise<void> {
  const dist = join(root, 'dist');
  const names = functionNames();
  const { metafile: made } = await bundle(sources(), dist);
  // What GET /openapi.json answers: made here once rather than in the function with every start.
  if (names.includes('meta')) writeDocument(join(dist, 'meta/openapi.json'));
  // The font of printed notices; with its licence, as that asks for.
  if (names.includes('notices')) {
    const fonts = join(root, 'node_modules/@embedpdf/fonts-sc');
    copyFileSync(join(fonts, 'fonts/NotoSansHans-Regular.otf'), join(dist, 'notices/font.otf'));
    copyFileSync(join(fonts, 'LICENSE'), join(dist, 'notices/font-LICENSE'));
  }
  // Afterwards, so that a build that fails leaves what was there.
  for (const name of readdirSync(dist).filter((one) => !names.includes(one)))
    rmSync(join(dist, name), { recursive: true });
  writeFileSync(metafile, JSON.stringify(made));
  for (const name of names) {
    const bytes = made.outputs[`dist/${name}/index.mjs`]?.bytes ?? 0;
    console.log(`${name.padEnd(12)} ${(bytes / 1000).toFixed(1).padStart(7)} kB`);
  }
}

if (import.meta.main) await main();
