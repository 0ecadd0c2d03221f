/** How often each operation was answered how, for the long runs to print. */
class Report {
  private readonly rows = new Map<string, Map<number, number>>();
  private readonly spoken = process.env.HUIFANG_REPORT === '1';

  of(name: string): Map<number, number> {
    const row = this.rows.get(name) ?? new Map<number, number>();
    this.rows.set(name, row);
    return row;
  }

  /** Operations that were asked and never answered with a success. */
  never(): string[] {
    const succeeded = (row: Map<number, number>) => [...row.keys()].some((status) => status < 300);
    return [...this.rows].filter(([, row]) => !succeeded(row)).map(([name]) => name);
  }

  /** Prints the line of one operation, if `HUIFANG_REPORT` is set. */
  line(name: string): void {
    if (!this.spoken) return;
    const told = byStatus(this.of(name)).map(([status, n]) => `${status}×${n}`);
    process.stdout.write(`${name.padEnd(64)} ${told.join(' ')}\n`);
  }

  /** Prints the sums, if `HUIFANG_REPORT` is set. */
  print(title: string): void {
    if (!this.spoken) return;
    const sums = new Map<number, number>();
    for (const row of this.rows.values())
      for (const [status, n] of row) sums.set(status, (sums.get(status) ?? 0) + n);
    const told = byStatus(sums).map(([status, n]) => `${status}: ${n}`);
    process.stdout.write(`${title}\n${told.join(', ')}\n`);
  }
}

const byStatus = (row: Map<number, number>) => [...row].sort(([a], [b]) => a - b);

export const report = new Report();
