import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/*
 * Real complaints about buildings, from a city's open data, and the tickets an integrator makes of them when it moves its backlog over.
 */

const file = join(import.meta.dirname, '../../shared/data/building-complaints.jsonl');

/** Why they cannot be used here; undefined where they can. */
export const noComplaints = existsSync(file) ? undefined : `there is no ${file}`;

export interface Complaint {
  key: string;
  /** Local time, no offset. */
  createdAt: string;
  agency: string;
  category: string;
  descriptor: string;
  locationType: string;
  address: string;
  city: string;
  /** What the authority did, in a few sentences. */
  resolution: string;
  channel: 'PHONE' | 'ONLINE' | 'MOBILE' | 'UNKNOWN';
}

export const complaints: Complaint[] = noComplaints
  ? []
  : readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Complaint);

/** Where they were made. */
export const zone = 'America/New_York';

/** The instant of a local time in New York, which is four or five hours behind. */
export function instantOf(local: string): string {
  const found = ['-04:00', '-05:00']
    .map((offset) => new Date(local + offset))
    .find((at) => localOf(at) === local);
  if (!found) throw new Error(`${local} does not exist in ${zone}`);
  return found.toISOString();
}

const shown = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
const localOf = (at: Date) => shown.format(at).replace(' ', 'T');

const toRepair = [
  'APPLIANCE',
  'DOOR/WINDOW',
  'ELECTRIC',
  'FLOORING/STAIRS',
  'GENERAL',
  'PAINT/PLASTER',
  'PLUMBING',
  'WATER LEAK',
];
const urgent = ['COOKING GAS', 'POWER OUTAGE', 'HEAVY FLOW', 'SEWAGE'];
const major = ['HEAT/HOT WATER', 'Non-Residential Heat', 'SAFETY'];
const dangerous = ['CARBON MONOXIDE DETECTOR', 'COOKING GAS'];

/** What an integrator posts, but for the property. */
export function ticketOf(complaint: Complaint) {
  const { category, descriptor } = complaint;
  return {
    channel: complaint.channel === 'PHONE' ? 'phone' : complaint.channel === 'UNKNOWN' ? 'counter' : 'api',
    category,
    title: [category, descriptor].filter(Boolean).join(': '),
    place: [complaint.address, complaint.city].filter(Boolean).join(', ') || undefined,
    description: `${complaint.agency}, ${complaint.locationType || 'somewhere'}`,
    externalId: complaint.key,
    receivedAt: instantOf(complaint.createdAt),
    ...(dangerous.includes(descriptor) && { handling: 'critical' }),
    ...kindOf(complaint),
  };
}

function kindOf({ category, descriptor }: Complaint): { kind: string; grade?: string; urgent?: boolean } {
  if (category === 'HPD Literature Request') return { kind: 'enquiry' };
  if (toRepair.includes(category)) {
    return { kind: 'repair', ...(urgent.includes(descriptor) && { urgent: true }) };
  }
  return { kind: 'complaint', grade: major.includes(category) ? 'major' : 'general' };
}
