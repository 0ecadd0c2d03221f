import { type Story, stories } from '../life/stories.ts';
import { attachments } from './stories/attachments.ts';
import { catalogue } from './stories/catalogue.ts';
import { confirmation } from './stories/confirmation.ts';
import { contract } from './stories/contract.ts';
import { deadlines } from './stories/deadlines.ts';
import { door } from './stories/door.ts';
import { evenings } from './stories/evenings.ts';
import { intake } from './stories/intake.ts';
import { owed } from './stories/owed.ts';
import { paid } from './stories/paid.ts';
import { recounted } from './stories/recounted.ts';
import { reminders } from './stories/reminders.ts';
import { settings } from './stories/settings.ts';
import { ticketLists } from './stories/ticketLists.ts';
import { ticketSteps } from './stories/ticketSteps.ts';

/** A life that is recorded: pages by name, after what is only played. Lives know nothing of each other. */
export interface Life {
  before?: readonly Story[];
  pages: Record<string, Story>;
}

/** What is looked at closely, each in an office that has just opened. */
const close: Record<string, Story>[] = [
  { intake },
  { ticketLists },
  { ticketSteps },
  { attachments },
  { confirmation },
  { catalogue },
  { paid },
  { deadlines },
  { settings },
  { reminders },
  { recounted },
  { evenings },
  { owed },
  { door },
];

/** Those first, since a mutant is tried at the first few steps of a kind; then the life of an office from its opening to its end. */
export const lives: readonly Life[] = [
  { pages: { contract } },
  ...close.map((pages) => ({ before: [stories.openOffice], pages })),
  { pages: stories },
];
