import { readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { Plugin } from 'esbuild';

const ours = ['functions', 'shared'].map((folder) => join(import.meta.dirname, '..', folder, sep));

const text = String.raw`'(?:[^'\\]|\\.)*'`;
/** What stands between braces, as deep as examples are. */
const inside = (depth = 4): string => `(?:[^{}]${depth > 0 ? String.raw`|\{${inside(depth - 1)}\}` : ''})*`;

/** What only the OpenAPI document says: of a route its summary, further problems and an example, of a field its description. */
const documented = [
  String.raw`\bsummary:\s*${text}(?:\s*\+\s*${text})*,`,
  String.raw`\brefuses:\s*\[[^\]]*\],`,
  String.raw`\bexample:\s*\{${inside()}\},`,
  String.raw`\s*\.register\(z\.globalRegistry, \{${inside()}\}\)`,
].map((part) => new RegExp(part, 'g'));

/** A source without what only the document says, its lines kept. */
export const undocumented = (source: string): string =>
  documented.reduce((rest, part) => rest.replaceAll(part, (found) => found.replaceAll(/[^\n]/g, '')), source);

/** The esbuild plugin that leaves out of bundles what the document is made from: it is made of the sources, once (scripts/openapi.ts). */
export const withoutDocument: Plugin = {
  name: 'without-document',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, ({ path }) =>
      ours.some((folder) => path.startsWith(folder))
        ? { contents: undocumented(readFileSync(path, 'utf8')), loader: 'ts' }
        : undefined,
    );
  },
};
