import { type Story, stories } from '../life/stories.ts';
import { bigRun, manyUnits } from './stories/bigRun.ts';
import { billRuns, cases } from './stories/billRuns.ts';
import { charges, chargesByStandard } from './stories/charges.ts';
import { consumption, readMeters } from './stories/consumption.ts';
import { door } from './stories/door.ts';
import { feeFiles } from './stories/feeFiles.ts';
import { meters } from './stories/meters.ts';
import { manyReadings, readingFiles } from './stories/readingFiles.ts';
import { messagesAstray, runsAtOnce } from './stories/runsAtOnce.ts';
import { schedules } from './stories/schedules.ts';
import { standardFaults, standards } from './stories/standards.ts';
import { takenBack } from './stories/takenBack.ts';

/** A life that is recorded: pages by name, after what is only played. Lives know nothing of each other. */
export interface Life {
  before?: readonly Story[];
  pages: Record<string, Story>;
}

/** The life of an office from its opening to its end; then lives in which only parts of it are looked at. */
export const lives: readonly Life[] = [
  { pages: stories },
  { before: [stories.openOffice], pages: { door } },
  {
    before: [stories.openOffice],
    pages: {
      standards,
      standardFaults,
      charges,
      chargesByStandard,
      feeFiles,
      meters,
      readingFiles,
      manyReadings,
    },
  },
  {
    before: [stories.openOffice, cases, readMeters],
    pages: { billRuns, takenBack, runsAtOnce, messagesAstray, consumption },
  },
  { before: [stories.openOffice, manyUnits], pages: { bigRun, schedules } },
];
