import { append } from '../../shared/history.ts';
import type { Context } from '../../shared/http/route.ts';
import { newId } from '../../shared/ids.ts';
import { feesObject } from '../../shared/keys.ts';
import type { Write } from '../../shared/table.ts';
import { type FeeFile, fileWrite, readingWrite } from '../fees/file.ts';
import { chunk } from '../offices/importing.ts';
import { fileWith, type ReadLine, readingOf } from './rules.ts';

/** What is to be recorded of a unit; lines of one meter in the order of their days. */
export interface Planned {
  file: FeeFile;
  fresh: (ReadLine & { meterId: string })[];
}

/** A transaction, and the lines it records. */
export interface Part {
  writes: Write[];
  lines: number[];
}

/** Readings of a unit in one transaction: an item and an event each, beside the file. */
const together = Math.floor((chunk - 1) / 2);

/**
 * The transactions that record what is planned, in rounds: those of a round in any order and at the same time, a round after the
 * one before. A unit with more readings than a transaction has room for is written over several rounds, the earliest first.
 */
export function writesOf(context: Context, planned: readonly Planned[]): Part[][] {
  const rounds: Part[][] = [];
  for (const unit of planned) {
    for (const [round, part] of partsOf(context, unit).entries()) {
      const parts = rounds[round] ?? [];
      rounds[round] = parts;
      const open = parts.at(-1);
      if (open && open.writes.length + part.writes.length <= chunk) {
        open.writes.push(...part.writes);
        open.lines.push(...part.lines);
      } else parts.push(part);
    }
  }
  return rounds;
}

/** A unit's transactions, each on the version the one before leaves; each reading with an event of its own, as if it came alone. */
function partsOf(context: Context, { file: before, fresh }: Planned): Part[] {
  const t = context.office.tenantId;
  const parts: Part[] = [];
  const lines = [...fresh].sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : a.line - b.line));
  let file = before;
  for (let from = 0; from < lines.length; from += together) {
    const version = file.version;
    const writes: Write[] = [];
    const some = lines.slice(from, from + together);
    for (const line of some) {
      const { meterId, note } = line;
      const reading = readingOf(newId('reading', context.now), line);
      const { write, head } = append(
        file.head,
        {
          type: 'meter.read',
          object: feesObject(file.unitId),
          data: { unitId: file.unitId, meterId, ...reading },
          ...(note !== undefined && { said: { note } }),
        },
        { ...context, tenantId: t },
      );
      file = { ...fileWith(file, meterId, reading), head };
      writes.push(write, readingWrite(t, file.unitId, meterId, { ...reading, note }));
    }
    parts.push({
      writes: [fileWrite(t, { ...file, version }), ...writes],
      lines: some.map(({ line }) => line),
    });
    file = { ...file, version: version + 1 };
  }
  return parts;
}
