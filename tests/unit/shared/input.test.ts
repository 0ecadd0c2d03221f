import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { day, id, instant, limit, line, zone } from '../../../shared/fields.ts';
import { check, fieldProblems, parseJson, read } from '../../../shared/http/input.ts';
import { Refusal } from '../../../shared/problem.ts';

const shape = z.strictObject({
  title: line(20),
  propertyId: z.optional(id('property')),
  area: z.optional(z.int().check(z.maximum(9))),
  people: z.optional(z.array(z.strictObject({ name: line(20) })).check(z.maxLength(2))),
  at: z.optional(instant),
  day: z.optional(day),
  zone: z.optional(zone),
  years: z.optional(z.record(z.string().check(z.regex(/^20\d\d$/)), z.boolean())),
  due: z.optional(
    z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('dayOfMonth'), day: z.int() }),
      z.strictObject({ kind: z.literal('workingDays'), days: z.int() }),
    ]),
  ),
});

/** What a caller is told of each bad field. */
function told(data: unknown, language: 'en' | 'zh' = 'en'): Record<string, string> {
  try {
    check(shape, data, 'body');
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return Object.fromEntries(
      (error.options.errors ?? []).map(({ path, detail }) => [path, detail[language]]),
    );
  }
  return {};
}

describe('what a bad field is told', () => {
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

  it('a bound says what it counts', () => {
    expect(told({ title: '', area: 10, people: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] })).toEqual({
      '/body/title': 'At least 1 character.',
      '/body/area': 'At most 9.',
      '/body/people': 'At most 2 entries.',
    });
    expect(told({ title: 'x'.repeat(21), area: 10 }, 'zh')).toEqual({
      '/body/title': '最多 20 个字符。',
      '/body/area': '不得大于 9。',
    });
  });

  it('a moment, a day, a zone is told by an example', () => {
    expect(told({ title: 'x', at: '2026-02-30T10:00:00Z', day: '2026-02-30', zone: 'Mars/Base' })).toEqual({
      '/body/at': 'An instant that exists, with its offset, as 2026-09-30T10:00:00+08:00.',
      '/body/day': 'A day that exists, as 2026-09-30.',
      '/body/zone': 'An IANA time zone, as Asia/Shanghai.',
    });
  });

  it('a moment of which there is no calendar is a slip of the keyboard', () => {
    for (const at of ['0000-01-01T00:00:00+23:59', '1582-10-10T00:00:00Z', '9999-12-31T23:59:59-23:59'])
      expect(told({ title: 'x', at })).toEqual({ '/body/at': 'From 1990 to 2199.' });
    expect(told({ title: 'x', at: '1990-01-01T00:00:00Z' })).toEqual({});
    expect(told({ title: 'x', at: '2199-12-31T23:59:59Z' })).toEqual({});
  });

  it('what is no day is not told of its year as well', () => {
    const codes = (text: string) =>
      fieldProblems(read(day, text).error?.issues ?? [], '').map(({ code }) => code);
    expect(['soon', '0000-00-00', '1899-12-31', '3000-01-01', '1900-01-01', '2999-12-31'].map(codes)).toEqual(
      [['invalid_format'], ['invalid_format'], ['out_of_range'], ['out_of_range'], [], []],
    );
  });

  it('a page that is too long is told how long it may be', () => {
    const error = read(limit, '101').error;
    expect(fieldProblems(error?.issues ?? [], '/query/limit')).toEqual([
      {
        path: '/query/limit',
        code: 'out_of_range',
        detail: { en: 'From 1 to 100.', zh: '须在 1 至 100 之间。' },
      },
    ]);
  });

  it('the name of a member is told its form, and a prototype is never one', () => {
    expect(told({ title: 'x', years: { 1999: true } })).toEqual({
      '/body/years/1999': 'Not of the form /^20\\d\\d$/.',
    });
    expect(() => parseJson(Buffer.from('{"years":{"__proto__":true}}'), 'application/json')).toThrow(Refusal);
  });

  it('never gives back what was sent', () => {
    expect(JSON.stringify(told({ title: { secret: 'x' }, area: 'hunter2' }))).not.toMatch(/secret|hunter2/);
  });
});
