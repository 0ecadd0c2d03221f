import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Column, maxLines, readCsv } from '../../../shared/csv.ts';

const columns: Record<string, Column> = {
  building: { titles: ['楼栋'], required: true },
  number: { titles: ['房号'], required: true },
  areaM2: { titles: ['面积', 'area'], read: Number },
  note: { titles: ['备注'] },
};
const utf8 = (text: string) => Buffer.from(text, 'utf8');
const read = (text: string) => readCsv(utf8(text), columns);
const lines = (text: string) => read(text).rows.map(({ line, data }) => [line, data.building, data.number]);
const problems = (text: string | Uint8Array) =>
  (typeof text === 'string' ? read(text) : readCsv(text, columns)).problems.map(
    ({ path, code }) => `${path} ${code}`,
  );

describe('a CSV file', () => {
  it.each([
    ['CR LF', '\r\n'],
    ['LF', '\n'],
    ['CR', '\r'],
  ])('is read with %s as line ends, with or without the last one', (_, end) => {
    const expected = [
      [2, 'A', '101'],
      [3, 'B', '102'],
    ];
    const file = ['building,number', 'A,101', 'B,102'].join(end);
    expect(lines(file)).toEqual(expected);
    expect(lines(file + end)).toEqual(expected);
  });

  it('is read with a byte order mark and without', () => {
    const file = '楼栋,房号\n一栋,101\n';
    expect(read(`\uFEFF${file}`)).toEqual(read(file));
    expect(lines(file)).toEqual([[2, '一栋', '101']]);
  });

  it('is read in GB18030, also beyond the characters of GBK', () => {
    // 楼栋,房号 LF 一栋,101 LF and then one character of four bytes.
    const gb = Buffer.from([
      ...[0xc2, 0xa5, 0xb6, 0xb0, 0x2c, 0xb7, 0xbf, 0xba, 0xc5, 0x0a],
      ...[0xd2, 0xbb, 0xb6, 0xb0, 0x2c, 0x31, 0x30, 0x31, 0x0a],
      ...[0x95, 0x32, 0x82, 0x36, 0x2c, 0x31, 0x30, 0x32, 0x0a],
    ]);
    const { rows, problems } = readCsv(gb, columns);
    expect(problems).toEqual([]);
    expect(rows.map(({ data }) => data.building)).toEqual(['一栋', '\u{20000}']);
  });

  it('in any other encoding is refused as a whole', () => {
    expect(problems(Buffer.from([0x61, 0x2c, 0x62, 0x0a, 0xff, 0xff, 0x2c, 0x31]))).toEqual([
      '/body encoding',
    ]);
  });

  it('with the mark of UTF-8 is taken for nothing else', () => {
    const file = Buffer.concat([utf8('\uFEFFbuilding,number\nA,'), Buffer.from([0xd6, 0xd0, 0x0a])]);
    expect(problems(file)).toEqual(['/body encoding']);
    expect(readCsv(file.subarray(3), columns).rows).toEqual([
      { line: 2, data: { building: 'A', number: '中' } },
    ]);
  });

  it('that is a workbook is told from one in another encoding', () => {
    const workbook = Buffer.from([0x50, 0x4b, 0x03, 0x04, 0x14, 0x00, 0x06, 0x00, 0xff, 0xff]);
    expect(readCsv(workbook, columns).problems).toEqual([
      {
        path: '/body',
        code: 'encoding',
        detail: { en: 'This is a workbook: save it as CSV.', zh: '这是 Excel 工作簿，请另存为 CSV 文件。' },
      },
    ]);
  });

  it('names the words of a column in the reader\u2019s language', () => {
    const kind: Column = {
      titles: ['类型'],
      words: { 业主: 'owner', 产权人: 'owner', 租户: 'tenant', owner: 'owner' },
    };
    const of = (word: string) => readCsv(utf8(`kind\n${word}\n`), { kind });
    expect(of('产权人').rows).toEqual([{ line: 2, data: { kind: 'owner' } }]);
    expect(of('Owner').rows).toEqual([{ line: 2, data: { kind: 'owner' } }]);
    expect(of('房东').problems).toEqual([
      {
        path: '/line/2/kind',
        code: 'invalid_value',
        detail: { en: 'One of: owner, tenant.', zh: '须为以下之一：业主、租户。' },
      },
    ]);
  });

  it('has quoted cells with commas, doubled quotes and line ends, and lines keep their numbers', () => {
    const file = 'building,number,note\r\n"A, east",101,"say ""hi"""\r\nB,102,"two\r\nlines"\r\nC,103,\r\n';
    const { rows, problems } = read(file);
    expect(problems).toEqual([]);
    expect(rows).toEqual([
      { line: 2, data: { building: 'A, east', number: '101', note: 'say "hi"' } },
      { line: 3, data: { building: 'B', number: '102', note: 'two\nlines' } },
      { line: 5, data: { building: 'C', number: '103' } },
    ]);
  });

  it('keeps the line numbers of an editor across empty lines and lines of commas', () => {
    expect(lines('building,number\n\nA,101\n,\n\nB,102\n')).toEqual([
      [3, 'A', '101'],
      [6, 'B', '102'],
    ]);
  });

  it('has its columns in any order, with Chinese or English titles and units in brackets', () => {
    const { rows } = read('面积（㎡）,  房号 ,BUILDING\n89.5,101,A\n');
    expect(rows).toEqual([{ line: 2, data: { areaM2: 89.5, number: '101', building: 'A' } }]);
    expect(read('Area (m2),Number,Building\n89.5,101,A\n').rows).toEqual(rows);
  });

  it('names every bad line, and goes on after each', () => {
    const file = 'building,number\nA\nB,102\nC,103,x\nD,1\u00070\n';
    expect(problems(file)).toEqual(['/line/2 cells', '/line/4 cells', '/line/5/number control_character']);
    expect(read(file).rows.map(({ line }) => line)).toContain(3);
  });

  it('does not call a cell missing that has something wrong in it', () => {
    const { rows } = read('building,number\nA,1\u00070\n');
    expect(rows).toEqual([{ line: 2, data: { building: 'A', number: '1\u00070' } }]);
  });

  it('calls columns by their own titles in Chinese', () => {
    const [twice, missing] = read('building,楼栋\nA,A\n').problems;
    expect([twice?.detail.zh, missing?.detail.zh]).toEqual(['列“楼栋”重复。', '缺少列“房号”。']);
  });

  it.each([
    ['an unknown column', 'building,number,colour\nA,1,red\n', ['/line/1/3 unknown_column']],
    ['a column twice', 'building,number,楼栋\nA,1,B\n', ['/line/1/3 column_twice']],
    ['a missing column', 'building,note\nA,x\n', ['/line/1/number column_missing']],
    ['a title that objects inherit', 'building,number,constructor\nA,1,x\n', ['/line/1/3 unknown_column']],
    ['no lines', 'building,number\n', ['/body empty']],
    ['lines of commas only', 'building,number\n,\n', ['/body empty']],
    ['nothing', '', ['/body empty']],
    ['an unclosed quote', 'building,number\n\nA,1\n"B,2\n', ['/line/4 quotes']],
    ['a quote that all the rest is in', 'building,number\nA,1\nB,"2\nC,3\nD,4\n', ['/line/3 quotes']],
    ['one after cells of several lines', 'building,number\n"A\nB",1\nC,"2\nD,3\n', ['/line/4 quotes']],
    ['semicolons', '楼栋;房号\nA;1\n', ['/line/1 separator']],
    ['commas of Chinese', '楼栋，房号\nA，1\n', ['/line/1 separator']],
    ['tabs', 'building\tnumber\nA\t1\n', ['/line/1 separator']],
    ['a quote in the middle of a cell', 'building,number\nA,1\nB"x,2\n', ['/line/3 quotes']],
  ])('with %s is refused', (_, file, expected) => {
    expect(problems(file)).toEqual(expected);
  });

  it('names a column that comes twice by its title in Chinese, as one that is missing', () => {
    const details = (file: string) => read(file).problems.map(({ detail }) => detail.zh);
    expect(details('building,number,楼栋\nA,1,B\n')).toEqual(['列“楼栋”重复。']);
    expect(details('number\n1\n')).toEqual(['缺少列“楼栋”。']);
  });

  it(`may have ${maxLines} lines and not one more`, () => {
    const file = (n: number) => `building,number\n${'A,1\n'.repeat(n)}`;
    expect(read(file(maxLines)).rows).toHaveLength(maxLines);
    expect(problems(file(maxLines + 1))).toEqual([`/line/${maxLines + 2} too_many_lines`]);
  });
});

describe('what is written by the rules of RFC 4180', () => {
  // Cells are trimmed and empty ones left out, so cells that are neither make the comparison exact.
  const cell = fc
    .string({ unit: fc.constantFrom('a', '楼', '"', ',', '\n', ' ', '\u{20000}', ';'), minLength: 1 })
    .map((text) => text.trim())
    .filter((text) => text !== '');
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const written = (text: string) => (/[",\r\n]/.test(text) ? quoted(text) : text);

  it('is read back, whatever is in the cells, in both encodings', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 20 }),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        (rows, end, mark) => {
          const file = [['building', 'number'], ...rows].map((row) => row.map(written).join(',')).join(end);
          const result = readCsv(utf8(`${mark ? '\uFEFF' : ''}${file}`), columns);
          expect(result.problems).toEqual([]);
          expect(result.rows.map(({ data }) => [data.building, data.number])).toEqual(rows);
        },
      ),
    );
  });

  it('has the line numbers that counting line ends gives', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 20 }), (rows) => {
        const texts = rows.map((row) => row.map(written).join(','));
        const file = ['building,number', ...texts].join('\n');
        let line = 2;
        const expected = texts.map((text) => {
          const at = line;
          line += text.split('\n').length;
          return at;
        });
        expect(read(file).rows.map((row) => row.line)).toEqual(expected);
      }),
    );
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const { rows, problems } = readCsv(bytes, columns);
        expect(rows.length + problems.length).toBeGreaterThan(0);
      }),
    );
  });
});
