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

/** The parameters of a refinement that has words of its own. */
export const told = (en: string, zh: string) => ({ params: { text: { en, zh } } });
