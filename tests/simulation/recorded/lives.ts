import { type Story, stories } from '../life/stories.ts';
import type { Town } from '../life/town.ts';
import { audit, histories } from './stories/audit.ts';
import { common } from './stories/common.ts';
import { courier } from './stories/courier.ts';
import { customers, papers } from './stories/customers.ts';
import { door, threshold } from './stories/door.ts';
import { endpoints } from './stories/endpoints.ts';
import { files } from './stories/files.ts';
import { mails } from './stories/mails.ts';
import { leavers, operators } from './stories/operators.ts';
import { places } from './stories/places.ts';
import { hindered, named, rights } from './stories/rights.ts';
import { robots } from './stories/robots.ts';
import { signingIn } from './stories/signing-in.ts';
import { staff } from './stories/staff.ts';
import { trouble } from './stories/trouble.ts';

/** A life that is recorded: pages by name, after what is only played. Lives know nothing of each other. */
export interface Life {
  before?: readonly Story[];
  pages: Record<string, Story>;
  /** Recorded is only what becomes of its steps when one of their calls goes wrong. */
  troubled?: boolean;
}

/**
 * First what every request passes, for a mutant is tried at so many steps only (docs/mutation.md); then the life of an office from its
 * opening to its end; then lives in which only parts of it are looked at.
 */
export const lives: readonly Life[] = [
  { before: [stories.openOffice], pages: { door, threshold } },
  { before: [stories.openOffice], pages: { common } },
  { before: [stories.openOffice], pages: { trouble } },
  { pages: stories },
  { pages: { troubled: all }, troubled: true },
  { before: [stories.openOffice], pages: { places } },
  { before: [stories.openOffice, papers], pages: { customers } },
  { before: [stories.openOffice], pages: { files } },
  { before: [stories.openOffice], pages: { staff } },
  { before: [stories.openOffice], pages: { signingIn } },
  { before: [stories.openOffice], pages: { endpoints } },
  { before: [stories.openOffice], pages: { courier, robots, mails } },
  { before: [stories.openOffice, leavers], pages: { operators } },
  { before: [stories.openOffice, hindered, named], pages: { rights } },
  { before: [stories.openOffice, histories], pages: { audit } },
];

async function all(town: Town): Promise<void> {
  for (const story of Object.values(stories)) await story(town);
}
