import { type Story, stories } from '../life/stories.ts';
import type { Town } from '../life/town.ts';
import { door, threshold } from './stories/door.ts';

/** A life that is recorded: pages by name, after what is only played. Lives know nothing of each other. */
export interface Life {
  before?: readonly Story[];
  pages: Record<string, Story>;
  /** Recorded is only what becomes of its steps when one of their calls goes wrong. */
  troubled?: boolean;
}

/** The life of an office from its opening to its end; then lives in which only parts of it are looked at. */
export const lives: readonly Life[] = [
  { pages: stories },
  { pages: { troubled: all }, troubled: true },
  { before: [stories.openOffice], pages: { door, threshold } },
];

async function all(town: Town): Promise<void> {
  for (const story of Object.values(stories)) await story(town);
}
