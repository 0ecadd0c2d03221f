import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { allRoutes } from '../../../functions/routes.ts';
import { day, id, instant, limit, line, phone, prose, zone } from '../../../shared/fields.ts';
import { form, wordsOf } from '../../../shared/forms.ts';
import { check, fieldProblems, parseJson, read } from '../../../shared/http/input.ts';
import { Refusal } from '../../../shared/problem.ts';

const shape = z.strictObject({
  limit: z.optional(limit),
  title: line(20),
  propertyId: z.optional(id('property')),
  area: z.optional(z.int().check(z.maximum(9))),
  people: z.optional(z.array(z.strictObject({ name: line(20) })).check(z.maxLength(2))),
  at: z.optional(instant),
  day: z.optional(day),
  zone: z.optional(zone),
  years: z.optional(z.record(z.string().check(form(/^20\d\d$/, 'A year.', '须为年份。')), z.boolean())),
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

/** The patterns of a shape, but for those of a format and of decimals, which have words of their own. */
function formsIn(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { pattern, format } = schema as { pattern?: unknown; format?: unknown };
  const own = typeof pattern === 'string' && format === undefined && !pattern.startsWith('^(0|[1-9]');
  return [...(own ? [pattern] : []), ...Object.values(schema).flatMap(formsIn)];
}

describe('a body that is no JSON', () => {
  const detail = (raw: Buffer) => {
    try {
      parseJson(raw, 'application/json');
    } catch (error) {
      if (error instanceof Refusal) return [error.code, error.options.detail?.en];
      throw error;
    }
    return [];
  };

  it.each([
    ['', 'The body is empty.'],
    ['{"a":1,}', 'Wrong from character 8 on.'],
    ['{"a":"secret', 'It ends too early.'],
    ['{"a":1', 'It ends too early.'],
  ])('%j is told where it goes wrong, without a word of it', (text, said) => {
    expect(detail(Buffer.from(text))).toEqual(['malformed-json', said]);
  });

  it('is told when it is in another encoding', () => {
    // {"a":"中"} in GBK.
    const gbk = Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xd6, 0xd0, 0x22, 0x7d]);
    expect(detail(gbk)).toEqual(['malformed-json', 'It is not in UTF-8.']);
  });

  it('is refused where somebody on the way has replaced what was not in UTF-8', () => {
    expect(() => parseJson(Buffer.from('{"a":"\ufffd\ufffd"}'), 'application/json')).toThrow(
      expect.objectContaining({
        options: {
          errors: [
            {
              path: '/body/a',
              code: 'malformed_text',
              detail: { en: 'It was not in UTF-8.', zh: '文本不是 UTF-8 编码。' },
            },
          ],
        },
      }),
    );
  });
});

describe('what a bad field is told', () => {
  it('a field that is not there is required; one of another type is told which', () => {
    expect(told({})).toEqual({ '/body/title': 'This field is required.' });
    expect(told({ title: 7, area: 'nine', people: {} })).toEqual({
      '/body/title': 'Expected a string.',
      '/body/area': 'Expected a number.',
      '/body/people': 'Expected an array.',
    });
    expect(told({ title: null })).toEqual({ '/body/title': 'Expected a string.' });
    expect(told({ title: 'x', people: [{}, { name: false }] })).toEqual({
      '/body/people/0/name': 'This field is required.',
      '/body/people/1/name': 'Expected a string.',
    });
    expect(told([])).toEqual({ '/body': 'Expected an object.' });
  });

  it('a text of another form is told the form in words; patterns are in the document', () => {
    expect(told({ title: 'x', propertyId: 'prp_1' })).toEqual({
      '/body/propertyId': 'An id: prp_ and 26 letters and digits.',
    });
    expect(told({ title: 'x\ny' }, 'zh')).toEqual({ '/body/title': '不得换行。' });
  });

  it('a text or a list that is too short or too long is told what is counted', () => {
    const people = Array.from({ length: 3 }, () => ({ name: 'x' }));
    expect(told({ title: ' ', area: 10, people })).toEqual({
      '/body/title': 'Must not be empty.',
      '/body/area': 'At most 9.',
      '/body/people': 'At most 2 entries.',
    });
    expect(told({ title: 'x'.repeat(21), area: 10, people }, 'zh')).toEqual({
      '/body/title': '最多 20 个字符。',
      '/body/area': '不得大于 9。',
      '/body/people': '最多 2 项。',
    });
  });

  it('a text of nothing that can be seen is empty', () => {
    for (const unseen of ['\u200b\u200b', '\u202e', '\ufeff', '\u3000\u2060 '])
      expect(told({ title: unseen })).toEqual({ '/body/title': 'Must not be empty.' });
    expect(told({ title: '👩‍👧 🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}' })).toEqual({});
  });

  it('a text keeps what is inside, and is trimmed in a time that follows its length', () => {
    const inside = `a${' \u200b'.repeat(100_000)}b`;
    expect(check(prose(300_000), `\u200f ${inside}\n`, 'body')).toBe(inside);
  });

  it.each([
    ['138 0013 8000', '138 0013 8000'],
    ['(010) 8888 8888', '(010) 8888 8888'],
    ['+86 (0)10 8888 8888', '+86 (0)10 8888 8888'],
    ['（０１０）８８８８８８８８', '(010)88888888'],
    ['\u202d13800138000\u202c', '13800138000'],
  ])('a telephone number is taken as people write or paste it: %s', (typed, kept) => {
    expect(check(phone, typed, 'body')).toBe(kept);
  });

  it.each(['138', '+', '()', '12a45', '１２'])('%s is no telephone number', (typed) => {
    expect(() => check(phone, typed, 'body')).toThrow('invalid-request');
  });

  it('no form of any request is told as a pattern', () => {
    const shapes = allRoutes.flatMap(({ body, query }) =>
      [body, query].filter((shape) => shape !== undefined),
    );
    const forms = shapes.flatMap((shape) =>
      formsIn(z.toJSONSchema(shape as z.ZodMiniType, { io: 'input', unrepresentable: 'any' })),
    );
    expect(forms.length).toBeGreaterThan(50);
    const wordless = (form: string) => {
      const { en = '', zh = '' } = wordsOf(`/${form}/`) ?? wordsOf(`/${form}/u`) ?? {};
      return !/[a-z]/.test(en) || !/\p{Script=Han}/u.test(zh);
    };
    expect(forms.filter(wordless)).toEqual([]);
  });

  it('a thing of an unknown kind is told which kinds there are', () => {
    expect(told({ title: 'x', due: { kind: 'never' } })).toEqual({
      '/body/due/kind': 'One of: dayOfMonth, workingDays.',
    });
  });

  it('a choice that was not made is required, and told what there is', () => {
    const choice = z.strictObject({ purpose: z.enum(['counter', 'phone']) });
    const detail = (data: unknown) => {
      const errors = fieldProblems(read(choice, data).error?.issues ?? [], '/query');
      return errors.map((error) => [error.detail.en, error.detail.zh]);
    };
    expect(detail({})).toEqual([
      ['This field is required. One of: counter, phone.', '此字段必填，须为以下之一：counter、phone。'],
    ]);
    expect(detail({ purpose: 'fun' })).toEqual([
      ['One of: counter, phone.', '须为以下之一：counter、phone。'],
    ]);
  });

  it('a moment, a day, a zone is told by an example', () => {
    expect(told({ title: 'x', at: '2026-02-30T10:00:00Z', day: '2026-02-30', zone: 'Mars/Base' })).toEqual({
      '/body/at': 'A moment that exists, with its offset, such as 2026-11-30T10:00:00+08:00.',
      '/body/day': 'A day that exists, such as 2026-11-30.',
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
      '/body/years/1999': 'A year.',
    });
    expect(() => parseJson(Buffer.from('{"years":{"__proto__":true}}'), 'application/json')).toThrow(Refusal);
  });

  it('never gives back what was sent', () => {
    expect(JSON.stringify(told({ title: { secret: 'x' }, area: 'hunter2' }))).not.toMatch(/secret|hunter2/);
  });
});
