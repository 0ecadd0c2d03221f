import * as z from 'zod/mini';
import { day, id, line } from '../../shared/fields.ts';
import { quantity } from '../../shared/money/fields.ts';

/** A line of a file of readings; without building and number the meter is looked for in the whole property. */
export const ReadingRow = z
  .strictObject({
    building: z.optional(line(40)),
    number: z.optional(line(40)),
    meter: z.optional(line(60)),
    day,
    value: quantity,
    final: z.optional(quantity),
    note: z.optional(line(200)),
  })
  .check(
    z.refine(
      (row) =>
        (row.building === undefined) === (row.number === undefined) &&
        (row.building !== undefined || row.meter !== undefined),
      {
        path: ['meter'],
        params: {
          text: {
            en: 'Give building and number, or the meter\u2019s own number or id, or all of them.',
            zh: '请填写楼栋和房号，或表号，或全部填写。',
          },
        },
      },
    ),
  );

export const ReadingsImported = z.strictObject({
  /** Of its record; there is none where nothing was recorded. */
  id: z.optional(id('import')),
  propertyId: id('property'),
  lines: z.int(),
  /** Lines that are readings by now because of this request. */
  recorded: z.int(),
  /** Lines that say what was recorded before. */
  unchanged: z.int(),
});
