import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { id, line } from '../../../shared/fields.ts';
import { check } from '../../../shared/http/input.ts';
import { Refusal } from '../../../shared/problem.ts';

const shape = z.strictObject({
  title: line(20),
  propertyId: z.optional(id('property')),
  area: z.optional(z.int().check(z.maximum(9))),
  people: z.optional(z.array(z.strictObject({ name: line(20) }))),
  due: z.optional(
    z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('dayOfMonth'), day: z.int() }),
      z.strictObject({ kind: z.literal('workingDays'), days: z.int() }),
    ]),
  ),
});

/** What a caller is told of each bad field. */
function told(
  data: unknown,
  language: 'en' | 'zh' = 'en',
  of: z.core.$ZodType = shape,
): Record<string, string> {
  try {
    check(of, data, 'body');
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return Object.fromEntries(
      (error.options.errors ?? []).map(({ path, detail }) => [path, detail[language]]),
    );
  }
  return {};
}

describe('what a bad field is told', () => {
  it('a bound says what is counted', () => {
    const bad = { title: '', area: 10, due: { kind: 'workingDays', days: 1 } };
    expect(told(bad)).toEqual({ '/body/title': 'At least 1 character.', '/body/area': 'At most 9.' });
    expect(told(bad, 'zh')).toEqual({ '/body/title': '至少 1 个字符。', '/body/area': '不得大于 9。' });
    const list = z.strictObject({ names: z.array(line(2)).check(z.maxLength(1)) });
    expect(told({ names: ['abc'] }, 'en', list)).toEqual({ '/body/names/0': 'At most 2 characters.' });
    expect(told({ names: ['a', 'b'] }, 'en', list)).toEqual({ '/body/names': 'At most 1 entry.' });
    expect(told({ names: ['a', 'b'] }, 'zh', list)).toEqual({ '/body/names': '至多 1 项。' });
  });

  it('a field that is not there is required; one of another type is told which', () => {
    expect(told({})).toEqual({ '/body/title': 'This field is required.' });
    expect(told({ title: 7, area: 'nine', people: {} })).toEqual({
      '/body/title': 'Expected string.',
      '/body/area': 'Expected number.',
      '/body/people': 'Expected array.',
    });
    expect(told({ title: null })).toEqual({ '/body/title': 'Expected string.' });
    expect(told({ title: 'x', people: [{}, { name: false }] })).toEqual({
      '/body/people/0/name': 'This field is required.',
      '/body/people/1/name': 'Expected string.',
    });
    expect(told([])).toEqual({ '/body': 'Expected object.' });
  });

  it('a text of another form is told the form, as the document has it', () => {
    expect(told({ title: 'x', propertyId: 'prp_1' })).toEqual({
      '/body/propertyId': 'Not of the form /^prp_[0-9A-HJKMNP-TV-Z]{26}$/.',
    });
    expect(told({ title: 'x', propertyId: 'prp_1' }, 'zh')).toEqual({
      '/body/propertyId': '格式应为 /^prp_[0-9A-HJKMNP-TV-Z]{26}$/。',
    });
  });

  it('a thing of an unknown kind is told which kinds there are', () => {
    expect(told({ title: 'x', due: { kind: 'never' } })).toEqual({
      '/body/due/kind': 'One of: dayOfMonth, workingDays.',
    });
  });

  it('never gives back what was sent', () => {
    expect(JSON.stringify(told({ title: { secret: 'x' }, area: 'hunter2' }))).not.toMatch(/secret|hunter2/);
  });
});
