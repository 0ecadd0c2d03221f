import { type Story, stories } from '../life/stories.ts';
import { asking, cases } from './stories/asking.ts';
import { door } from './stories/door.ts';
import { collected, goals } from './stories/figures.ts';
import { files } from './stories/files.ts';
import { holding } from './stories/holding.ts';
import { figures, ladder, left } from './stories/ladder.ts';
import { matching, neighbours } from './stories/matching.ts';
import { owing } from './stories/owing.ts';
import { paying } from './stories/paying.ts';
import { bills, piles } from './stories/piles.ts';

/** A life that is recorded: pages by name, after what is only played. Lives know nothing of each other. */
export interface Life {
  before?: readonly Story[];
  pages: Record<string, Story>;
}

/** The life of an office from its opening to its end; then lives in which only parts of it are looked at. */
export const lives: readonly Life[] = [
  { pages: stories },
  { before: [stories.openOffice], pages: { door } },
  { before: [stories.openOffice], pages: { paying } },
  { before: [stories.openOffice], pages: { holding } },
  { before: [stories.openOffice], pages: { owing } },
  { before: [stories.openOffice], pages: { files } },
  { before: [stories.openOffice, neighbours], pages: { matching } },
  { before: [stories.openOffice], pages: { cases } },
  { before: [stories.openOffice], pages: { asking } },
  { before: [stories.openOffice, figures], pages: { ladder } },
  { before: [stories.openOffice, figures], pages: { left } },
  { before: [stories.openOffice], pages: { collected } },
  { before: [stories.openOffice], pages: { goals } },
  { before: [stories.openOffice, bills], pages: { piles } },
];
