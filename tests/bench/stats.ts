/** The value below which a share (0 to 1) of the values lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** A table in Markdown; figures stand to the right. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  const right = head.map((_, at) => rows.every((row) => typeof row[at] === 'number' || row[at] === ''));
  return [line(head), line(right.map((figure) => (figure ? '--:' : '---'))), ...rows.map(line)].join('\n');
}

export const rounded = (value: number, digits = 1): number => Number(value.toFixed(digits));
