import { type Head, noHistory } from '../../shared/history.ts';
import { derivedId } from '../../shared/ids.ts';
import { dueAt, keys } from '../../shared/keys.ts';
import { timeOf } from '../../shared/policyStore.ts';
import { type Item, retryStale, type Write } from '../../shared/table.ts';
import { addMonths, instantAt, localDay } from '../../shared/time/index.ts';
import { cycleAround } from './cycle.ts';
import { dayOfMonth } from './due.ts';
import { runWrites, type Worker } from './runStore.ts';
import type { Settings } from './schema.ts';
import { standardsOf } from './standards.ts';

/** Bill runs by schedule begin at six in the morning: before the office opens, after the last day's readings. */
const minuteOfDay = 6 * 60;

/** Settings of a property as stored. `since`: up to when runs by schedule have been begun. */
export interface StoredSettings extends Settings {
  propertyId: string;
  since: string;
  head: Head;
  version: number;
}

export function settingsOf(item: Item | undefined, propertyId: string, now: number): StoredSettings {
  const none = { cash: false, runs: [], since: new Date(now).toISOString(), head: noHistory };
  if (item?.et !== 'feeSettings') return { ...none, propertyId, version: 0 };
  return { ...none, ...item.rest, propertyId, version: item.v } as StoredSettings;
}

/** Writes settings with their place in the due index: the next moment at which a run begins by itself. */
export function settingsWrite(t: string, settings: StoredSettings, zone: string): Write {
  const { propertyId, version, ...rest } = settings;
  const key = keys.feeSettings(t, propertyId);
  const next = firesAfter(settings.runs, zone, Date.parse(settings.since))[0];
  return {
    put: {
      ...key,
      et: 'feeSettings',
      v: version + 1,
      list: { propertyId },
      rest,
      ...(next && dueAt(key, new Date(next.at).toISOString())),
    },
    expect: version === 0 ? 'new' : { version },
  };
}

export interface Fire {
  /** milliseconds */
  at: number;
  cycle: string;
  issue: boolean;
}

/** The next moment of each schedule after an instant (milliseconds), the first first. */
export function firesAfter(runs: Settings['runs'], zone: string, after: number): Fire[] {
  const day = localDay(after, zone);
  return runs
    .map((run): Fire => {
      let cycle = cycleAround(addMonths(day, -run.monthsAfter), run.cycle);
      for (;;) {
        const on = dayOfMonth(addMonths(cycle.from, run.monthsAfter), run.day);
        const at = instantAt(on, minuteOfDay, zone);
        if (at > after) return { at, cycle: cycle.name, issue: run.issue };
        cycle = cycleAround(addMonths(cycle.from, cycle.months), run.cycle);
      }
    })
    .sort((a, b) => a.at - b.at);
}

/** More runs than this are not caught up with after an outage in one go; the next sweep goes on. */
const atOnce = 12;

/**
 * Begins the runs that are due by a property's schedule, in order, each once: its id follows from property and cycle. Answers
 * their ids. An office that is suspended waits; the sweep asks again.
 */
export async function beginScheduled(worker: Worker, propertyId: string): Promise<string[]> {
  const { office, now } = worker;
  const t = office.tenantId;
  return retryStale(async () => {
    const { item, property, self } = await office.load({
      item: keys.feeSettings(t, propertyId),
      property: keys.property(t, propertyId),
      self: keys.office(t),
    });
    if (!property || self?.list?.status === 'suspended') return [];
    const settings = settingsOf(item, propertyId, now);
    const { zone } = timeOf(property);
    const begun: string[] = [];
    let since = Date.parse(settings.since);
    const standards = await standardsOf(office, propertyId);
    while (begun.length < atOnce) {
      const due = firesAfter(settings.runs, zone, since).filter(({ at }) => at <= now);
      const first = due[0];
      if (!first) break;
      for (const { cycle, issue } of due.filter(({ at }) => at === first.at)) {
        const id = derivedId('billRun', t, propertyId, cycle, 'schedule');
        begun.push(id);
        const { run } = await office.load({ run: keys.billRun(t, id) });
        if (run) continue;
        const of = { id, propertyId, cycle, dryRun: false, auto: issue };
        await office.commit(runWrites(worker, of, standards).writes);
      }
      since = first.at;
    }
    // A message that comes again, behind one that has begun them: the settings stay at their version.
    if (begun.length === 0) return begun;
    await office.commit([settingsWrite(t, { ...settings, since: new Date(since).toISOString() }, zone)]);
    return begun;
  });
}
