import { type Story, stories } from '../life/stories.ts';
import { door, threshold } from './stories/door.ts';

/** A life that is recorded: pages by name, after what is only played. Lives know nothing of each other. */
export interface Life {
  before?: readonly Story[];
  pages: Record<string, Story>;
}

/** The life of an office from its opening to its end; then lives in which only parts of it are looked at. */
export const lives: readonly Life[] = [
  { pages: stories },
  { before: [stories.openOffice], pages: { door, threshold } },
];
