import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { Clock, durationMs, instantMs } from '../../../local/clock.ts';

describe('durations and instants', () => {
  it.each([
    ['P1D', 86_400_000],
    ['P2W', 14 * 86_400_000],
    ['PT90M', 5_400_000],
    ['P1DT2H3M4S', 93_784_000],
    ['P', undefined],
    ['P1DT', undefined],
    ['1D', undefined],
    ['P-1D', undefined],
    ['P1M', undefined],
  ])('%s is %s ms', (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });

  it.each([
    ['2026-10-08T09:00:00+08:00', Date.UTC(2026, 9, 8, 1)],
    ['2026-10-08T09:00Z', Date.UTC(2026, 9, 8, 9)],
    ['2026-10-08T09:00:00', undefined],
    ['2026-10-08', undefined],
    ['2026-13-08T09:00:00Z', undefined],
    ['2026-11-31T09:00:00+08:00', undefined],
    ['2027-02-29T09:00:00Z', undefined],
    ['2028-02-29T09:00:00Z', Date.UTC(2028, 1, 29, 9)],
  ])('%s is the instant %s', (text, ms) => {
    expect(instantMs(text)).toBe(ms);
  });
});

describe('the clock', () => {
  it('refuses to go back', () => {
    const clock = new Clock();
    expect(() => clock.set(clock.now() - 1000)).toThrow('only moves forward');
  });

  it('shifts every way of asking a worker for the time, at once, and leaves given dates alone', async () => {
    const clock = new Clock(Date.UTC(2000, 0, 1) - Date.now());
    const module = new URL('../../../local/clock.ts', import.meta.url).href;
    const worker = new Worker(
      `const { parentPort, workerData } = require('node:worker_threads');
       import(${JSON.stringify(module)}).then(({ installDate }) => {
         installDate(workerData);
         const ask = () => parentPort.postMessage({
           made: new Date().getTime(), now: Date.now(), said: Date(),
           given: new Date(5).getTime(), parsed: new Date('2026-01-01T00:00:00Z').toISOString(),
           kind: new Date() instanceof Date && new Date().constructor === Date,
           sub: new (class extends Date {})().getTime(),
         });
         parentPort.on('message', ask);
         ask();
       });`,
      { eval: true, workerData: clock.shared },
    );
    const answer = () => new Promise<Record<string, number>>((done) => worker.once('message', done));
    const first = await answer();
    const near = (ms: number | undefined, year: number) => new Date(ms ?? 0).getUTCFullYear() === year;
    expect(near(first.made, 2000) && near(first.now, 2000) && near(first.sub, 2000)).toBe(true);
    expect(String(first.said)).toContain('2000');
    expect(first).toMatchObject({ given: 5, parsed: '2026-01-01T00:00:00.000Z', kind: true });
    clock.set(Date.UTC(2031, 5, 1));
    worker.postMessage('again');
    const second = await answer();
    expect(near(second.made, 2031) && near(second.now, 2031)).toBe(true);
    await worker.terminate();
  });
});
