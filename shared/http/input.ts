import type * as z from 'zod/mini';
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
  let data: unknown;
  try {
    data = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw));
  } catch {
    throw new Refusal('malformed-json');
  }
  const errors: FieldProblem[] = [];
  inspect(data, '/body', 0, errors);
  if (errors.length > 0) throw new Refusal('invalid-request', { errors });
  return data;
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
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u0080-\u009f\u2028\u2029\ufffe\uffff]/.test(text)) {
    return { code: 'control_character', detail: { en: 'A control character.', zh: '包含控制字符。' } };
  }
  return undefined;
}

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
      return issue.keys.slice(0, 20).map((key) => ({
        path: `${path}/${pointer(key.slice(0, 100))}`,
        code: 'unknown_field',
        detail: { en: 'This field is not known here.', zh: '未知字段。' },
      }));
    }
    return [{ path, code: issue.code, detail: textOf(issue) }];
  });
}

const oneOf = (values: readonly unknown[]): Text =>
  values.length > 0
    ? { en: `One of: ${values.join(', ')}.`, zh: `须为以下之一：${values.join('、')}。` }
    : notValid;

const notValid: Text = { en: 'Not a valid value.', zh: '值无效。' };

/** What is counted of a text and of a list; a number is counted by itself. */
const counted: Record<string, readonly [one: string, more: string, zh: string]> = {
  string: ['character', 'characters', '个字符'],
  array: ['entry', 'entries', '项'],
};

function bound(en: string, [many, much]: [string, string], n: number | bigint, of: string): Text {
  const words = counted[of];
  if (!words) return { en: `${en} ${n}.`, zh: `${much} ${n}。` };
  const [one, more, zh] = words;
  return { en: `${en} ${n} ${n === 1 ? one : more}.`, zh: `${many} ${n} ${zh}。` };
}

function textOf(issue: z.core.$ZodIssue): Text {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? { en: 'This field is required.', zh: '此字段必填。' }
        : { en: `Expected ${issue.expected}.`, zh: `类型应为 ${issue.expected}。` };
    case 'too_small':
      return bound('At least', ['至少', '不得小于'], issue.minimum, issue.origin);
    case 'too_big':
      return bound('At most', ['至多', '不得大于'], issue.maximum, issue.origin);
    case 'invalid_value':
      return oneOf(issue.values);
    case 'invalid_union':
      return oneOf('options' in issue ? (issue.options ?? []) : []);
    case 'invalid_format':
      return issue.format === 'regex'
        ? { en: `Not of the form ${issue.pattern}.`, zh: `格式应为 ${issue.pattern}。` }
        : { en: `Not a valid ${issue.format}.`, zh: `格式不正确（${issue.format}）。` };
    case 'not_multiple_of':
      return { en: `A multiple of ${issue.divisor}.`, zh: `须为 ${issue.divisor} 的倍数。` };
    case 'custom': {
      const text = (issue.params as { text?: Text } | undefined)?.text;
      return text ?? notValid;
    }
    default:
      return notValid;
  }
}

/** A member name as a JSON pointer's step (RFC 6901). */
const pointer = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1');
