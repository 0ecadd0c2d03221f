import * as z from 'zod/mini';
import type { Text } from './text.ts';

/** What people are told in place of a pattern, which programs find in the OpenAPI document. */
const known: Record<string, Text> = {};

/** A check for a form, and the words for who writes another. */
export function form(pattern: RegExp, en: string, zh: string) {
  known[String(pattern)] = { en, zh };
  return z.regex(pattern);
}

/** The words for a form, by its pattern as an issue names it. */
export const wordsOf = (pattern: string | undefined): Text | undefined => known[pattern ?? ''];

/** A check beyond the shape, with the code and the words for what it refuses. */
export const must = <T>(holds: (value: T) => boolean, code: string, en: string, zh: string) =>
  z.refine<T>(holds, { params: { code, text: { en, zh } } });

/** That nothing is in a list twice. Marked pure: few bundles need it. */
export const eachOnce = /* @__PURE__ */ must(
  (all: readonly unknown[]) => new Set(all).size === all.length,
  'given_twice',
  'Give each once.',
  '每项只能出现一次。',
);
