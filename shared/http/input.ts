import type * as z from 'zod/mini';
import { wordsOf } from '../forms.ts';
import { type FieldProblem, Refusal } from '../problem.ts';
import type { Text } from '../text.ts';

/** The largest JSON body, in bytes. */
export const maxBodyBytes = 256 * 1024;

const maxDepth = 12;

/**
 * The JSON body as data. Refuses what no route may be handed: wrong content type, oversize, broken JSON, nesting deeper
 * than 12, control characters, halves of surrogate pairs.
 */
export function parseJson(raw: Buffer, contentType: string): unknown {
  if (raw.length > maxBodyBytes) {
    throw new Refusal('too-large', {
      detail: { en: 'A body may have 256 kB.', zh: '请求体不得超过 256 kB。' },
    });
  }
  if (!/^application\/(?:[\w.-]+\+)?json(?:\s*;\s*charset=utf-8)?\s*$/i.test(contentType)) {
    throw new Refusal('unsupported-media-type', {
      detail: { en: 'Send application/json in UTF-8.', zh: '请以 UTF-8 发送 application/json。' },
    });
  }
  const data = decoded(raw);
  const errors: FieldProblem[] = [];
  inspect(data, '/body', 0, errors);
  if (errors.length > 0) throw new Refusal('invalid-request', { errors });
  return data;
}

/** The data of a body. Throws `malformed-json`, which says where it goes wrong but nothing of what is there. */
function decoded(raw: Buffer): unknown {
  const wrong = (en: string, zh: string) => new Refusal('malformed-json', { detail: { en, zh } });
  if (raw.length === 0) throw wrong('The body is empty.', '请求体为空。');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(raw);
  } catch {
    throw wrong('It is not in UTF-8.', '请求体不是 UTF-8 编码。');
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    const at = Number(/ at position (\d+)/.exec((error as Error).message)?.[1] ?? text.length);
    throw at < text.length
      ? wrong(`Wrong from character ${at + 1} on.`, `从第 ${at + 1} 个字符起有误。`)
      : wrong('It ends too early.', '内容不完整。');
  }
}

function inspect(value: unknown, path: string, depth: number, errors: FieldProblem[]): void {
  if (errors.length >= 50) return;
  if (depth > maxDepth) {
    errors.push({
      path: path.slice(0, 200),
      code: 'too_deep',
      detail: { en: 'Nested too deeply.', zh: '嵌套层级过深。' },
    });
  } else if (typeof value === 'string') {
    const bad = textProblem(value);
    if (bad) errors.push({ path, ...bad });
  } else if (Array.isArray(value)) {
    value.forEach((item, i) => {
      inspect(item, `${path}/${i}`, depth + 1, errors);
    });
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, item] of Object.entries(value)) {
      const bad = textProblem(name);
      if (bad) errors.push({ path, ...bad });
      // Records of any names would pass over it without a word.
      else if (name === '__proto__') errors.push(unknownField(`${path}/${name}`));
      else inspect(item, `${path}/${pointer(name)}`, depth + 1, errors);
    }
  }
}

/** What is wrong with a text whatever the field; undefined if nothing. Line breaks and tabs are allowed. */
export function textProblem(text: string): Omit<FieldProblem, 'path'> | undefined {
  if (!text.isWellFormed()) {
    return {
      code: 'malformed_text',
      detail: { en: 'Half of a surrogate pair.', zh: '包含不完整的代理对字符。' },
    };
  }
  // What a client sends in GBK, say, comes as these where the gateway has taken it for UTF-8.
  if (text.includes('\ufffd')) {
    return {
      code: 'malformed_text',
      detail: { en: 'It was not in UTF-8.', zh: '文本不是 UTF-8 编码。' },
    };
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u0080-\u009f\u2028\u2029\ufffe\uffff]/.test(text)) {
    return { code: 'control_character', detail: { en: 'A control character.', zh: '包含控制字符。' } };
  }
  return undefined;
}

/** That a member or a parameter is none of ours. */
export const unknownField = (path: string): FieldProblem => ({
  path,
  code: 'unknown_field',
  detail: { en: 'This field is not known here.', zh: '未知字段。' },
});

/** Checks one part of the request against its shape; every bad field at once. */
export function check<S extends z.core.$ZodType>(shape: S, data: unknown, part: string): z.core.output<S> {
  const result = read(shape, data);
  if (result.success) return result.data;
  throw new Refusal('invalid-request', { errors: fieldProblems(result.error.issues, `/${part}`) });
}

/** Reads data by a shape. The issues keep what they are about: without it what is of another type looks missing. */
export const read = <S extends z.core.$ZodType>(shape: S, data: unknown) =>
  (shape as unknown as z.ZodMiniType<z.core.output<S>>).safeParse(data, { reportInput: true });

/** The issues of `read` as field problems, with our own texts in both languages. */
export function fieldProblems(issues: readonly z.core.$ZodIssue[], base: string): FieldProblem[] {
  return issues.slice(0, 100).flatMap((issue): FieldProblem[] => {
    const path = issue.path.reduce<string>((before, step) => `${before}/${pointer(String(step))}`, base);
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.slice(0, 20).map((key) => unknownField(`${path}/${pointer(key.slice(0, 100))}`));
    }
    return [{ path, code: ownOf(issue).code ?? issue.code, detail: textOf(issue) }];
  });
}

/** That it has to be one of these, which may be called otherwise in Chinese. */
export const oneOf = (values: readonly unknown[], inChinese = values): Text =>
  values.length > 0
    ? { en: `One of: ${values.join(', ')}.`, zh: `须为以下之一：${inChinese.join('、')}。` }
    : notValid;

const notValid: Text = { en: 'Not a valid value.', zh: '值无效。' };

/** JSON's types in words. */
const types: Readonly<Record<string, Text>> = {
  string: { en: 'a string', zh: '字符串' },
  number: { en: 'a number', zh: '数字' },
  int: { en: 'a whole number', zh: '整数' },
  boolean: { en: 'true or false', zh: ' true 或 false' },
  array: { en: 'an array', zh: '数组' },
  object: { en: 'an object', zh: '对象' },
  record: { en: 'an object', zh: '对象' },
};

const formats: Readonly<Record<string, Text>> = {
  email: { en: 'An e-mail address such as name@example.com.', zh: '须为邮箱地址，例如 name@example.com。' },
  date: { en: 'A day that exists, such as 2026-11-30.', zh: '须为真实存在的日期，例如 2026-11-30。' },
  datetime: {
    en: 'A moment that exists, with its offset, such as 2026-11-30T10:00:00+08:00.',
    zh: '须为真实存在的时刻并带时区，例如 2026-11-30T10:00:00+08:00。',
  },
};

/** How much there has to be, in what is counted. */
function bound(n: number | bigint, of: string, least: boolean): Text {
  const [en, zh] = least ? ['At least', '至少'] : ['At most', '最多'];
  if (least && n === 1 && of === 'string') return { en: 'Must not be empty.', zh: '不得为空。' };
  if (of === 'string') return { en: `${en} ${n} characters.`, zh: `${zh} ${n} 个字符。` };
  if (of === 'array') return { en: `${en} ${n} ${n === 1 ? 'entry' : 'entries'}.`, zh: `${zh} ${n} 项。` };
  return { en: `${en} ${n}.`, zh: least ? `不得小于 ${n}。` : `不得大于 ${n}。` };
}

/** What a check of ours says itself (`must`). */
const ownOf = (issue: z.core.$ZodIssue) =>
  (issue.code === 'custom' ? (issue.params ?? {}) : {}) as { code?: string; text?: Text };

function textOf(issue: z.core.$ZodIssue): Text {
  switch (issue.code) {
    case 'invalid_type': {
      if (issue.input === undefined) return { en: 'This field is required.', zh: '此字段必填。' };
      const { en, zh } = types[issue.expected] ?? { en: issue.expected, zh: issue.expected };
      return { en: `Expected ${en}.`, zh: `类型应为${zh}。` };
    }
    case 'too_small':
      return bound(issue.minimum, issue.origin, true);
    case 'too_big':
      return bound(issue.maximum, issue.origin, false);
    case 'invalid_key':
      return issue.issues[0] ? textOf(issue.issues[0]) : notValid;
    case 'invalid_value': {
      const { en, zh } = oneOf(issue.values);
      // Of a choice not made zod says the same as of a wrong one.
      return issue.input === undefined
        ? { en: `This field is required. ${en}`, zh: `此字段必填，${zh}` }
        : { en, zh };
    }
    case 'invalid_union':
      return oneOf('options' in issue ? (issue.options ?? []) : []);
    case 'invalid_format':
      if (issue.format === 'regex')
        return (
          wordsOf(issue.pattern) ?? {
            en: `Not of the form ${issue.pattern}.`,
            zh: `格式应为 ${issue.pattern}。`,
          }
        );
      return (
        formats[issue.format] ?? { en: `Not a valid ${issue.format}.`, zh: `格式不正确（${issue.format}）。` }
      );
    case 'not_multiple_of':
      return { en: `A multiple of ${issue.divisor}.`, zh: `须为 ${issue.divisor} 的倍数。` };
    case 'custom':
      return ownOf(issue).text ?? notValid;
    default:
      return notValid;
  }
}

/** A member name as a JSON pointer's step (RFC 6901). */
const pointer = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1');
