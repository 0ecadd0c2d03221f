/** How often each operation was answered how, for the long runs to print. */
class Report {
  private readonly rows = new Map<string, Map<number, number>>();

  of(name: string): Map<number, number> {
    const row = this.rows.get(name) ?? new Map<number, number>();
    this.rows.set(name, row);
    return row;
  }

  /** Prints a line for each operation if `HUIFANG_REPORT` is set, and the sums. */
  print(title: string): void {
    if (process.env.HUIFANG_REPORT !== '1') return;
    const sums = new Map<number, number>();
    for (const [name, row] of this.rows) {
      const told = [...row].sort(([a], [b]) => a - b).map(([status, n]) => `${status}×${n}`);
      process.stdout.write(`${name.padEnd(64)} ${told.join(' ')}\n`);
      for (const [status, n] of row) sums.set(status, (sums.get(status) ?? 0) + n);
    }
    const told = [...sums].sort(([a], [b]) => a - b).map(([status, n]) => `${status}: ${n}`);
    const never = [...this.rows].filter(([, row]) => ![...row.keys()].some((status) => status < 300));
    process.stdout.write(`${title}\n${told.join(', ')}\n`);
    if (never.length > 0)
      process.stdout.write(`never with success: ${never.map(([name]) => name).join('; ')}\n`);
  }
}

export const report = new Report();
