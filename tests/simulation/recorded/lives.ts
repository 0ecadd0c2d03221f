import { type Story, stories } from '../life/stories.ts';
import type { Town } from '../life/town.ts';
import { asking, cases } from './stories/asking.ts';
import { attachments } from './stories/attachments.ts';
import { audit, histories } from './stories/audit.ts';
import { bankFiles } from './stories/bankFiles.ts';
import { bigRun, manyUnits } from './stories/bigRun.ts';
import { cases as billCases, billRuns } from './stories/billRuns.ts';
import { catalogue } from './stories/catalogue.ts';
import { charges, chargesByStandard } from './stories/charges.ts';
import { common } from './stories/common.ts';
import { confirmation } from './stories/confirmation.ts';
import { consumption, readMeters } from './stories/consumption.ts';
import { courier } from './stories/courier.ts';
import { customers, papers } from './stories/customers.ts';
import { deadlines } from './stories/deadlines.ts';
import { door, threshold } from './stories/door.ts';
import { endpoints } from './stories/endpoints.ts';
import { evenings } from './stories/evenings.ts';
import { feeFiles } from './stories/feeFiles.ts';
import { collected, goals } from './stories/figures.ts';
import { files } from './stories/files.ts';
import { holding } from './stories/holding.ts';
import { intake } from './stories/intake.ts';
import { figures, ladder, left } from './stories/ladder.ts';
import { mails } from './stories/mails.ts';
import { matching, neighbours } from './stories/matching.ts';
import { meters } from './stories/meters.ts';
import { leavers, operators } from './stories/operators.ts';
import { owed } from './stories/owed.ts';
import { owing } from './stories/owing.ts';
import { paid } from './stories/paid.ts';
import { paying } from './stories/paying.ts';
import { bills, piles } from './stories/piles.ts';
import { places } from './stories/places.ts';
import { manyReadings, readingFiles } from './stories/readingFiles.ts';
import { recounted } from './stories/recounted.ts';
import { reminders } from './stories/reminders.ts';
import { hindered, named, rights } from './stories/rights.ts';
import { robots } from './stories/robots.ts';
import { messagesAstray, runsAtOnce } from './stories/runsAtOnce.ts';
import { schedules } from './stories/schedules.ts';
import { settings } from './stories/settings.ts';
import { signingIn } from './stories/signing-in.ts';
import { staff } from './stories/staff.ts';
import { standardFaults, standards } from './stories/standards.ts';
import { takenBack } from './stories/takenBack.ts';
import { ticketLists } from './stories/ticketLists.ts';
import { ticketSteps } from './stories/ticketSteps.ts';
import { trouble } from './stories/trouble.ts';

/** A life that is recorded: pages by name, after what is only played. Lives know nothing of each other. */
export interface Life {
  before?: readonly Story[];
  pages: Record<string, Story>;
  /** Recorded is only what becomes of its steps when one of their calls goes wrong. */
  troubled?: boolean;
}

/**
 * First lives in which something is looked at closely, each in an office that has just opened, what every request passes before the
 * others, for a mutant is tried at so many steps only (docs/mutation.md); then the life of an office from its opening to its end; then what
 * goes wrong in it.
 */
export const lives: readonly Life[] = [
  { before: [stories.openOffice], pages: { door, threshold } },
  { before: [stories.openOffice], pages: { common } },
  { before: [stories.openOffice], pages: { trouble } },
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
  { before: [stories.openOffice], pages: { paying } },
  { before: [stories.openOffice], pages: { holding } },
  { before: [stories.openOffice], pages: { owing } },
  { before: [stories.openOffice], pages: { bankFiles } },
  { before: [stories.openOffice, neighbours], pages: { matching } },
  { before: [stories.openOffice], pages: { cases } },
  { before: [stories.openOffice], pages: { asking } },
  { before: [stories.openOffice, figures], pages: { ladder } },
  { before: [stories.openOffice, figures], pages: { left } },
  { before: [stories.openOffice], pages: { collected } },
  { before: [stories.openOffice], pages: { goals } },
  { before: [stories.openOffice, bills], pages: { piles } },
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
    before: [stories.openOffice, billCases, readMeters],
    pages: { billRuns, takenBack, runsAtOnce, messagesAstray, consumption },
  },
  { before: [stories.openOffice, manyUnits], pages: { bigRun, schedules } },
  { before: [stories.openOffice], pages: { intake } },
  { before: [stories.openOffice], pages: { ticketLists } },
  { before: [stories.openOffice], pages: { ticketSteps } },
  { before: [stories.openOffice], pages: { attachments } },
  { before: [stories.openOffice], pages: { confirmation } },
  { before: [stories.openOffice], pages: { catalogue } },
  { before: [stories.openOffice], pages: { paid } },
  { before: [stories.openOffice], pages: { deadlines } },
  { before: [stories.openOffice], pages: { settings } },
  { before: [stories.openOffice], pages: { reminders } },
  { before: [stories.openOffice], pages: { recounted } },
  { before: [stories.openOffice], pages: { evenings } },
  { before: [stories.openOffice], pages: { owed } },
  { pages: stories },
  { pages: { troubled: all }, troubled: true },
];

/** The life without what is only more of the same: each step of this takes ten times as long. */
async function all(town: Town): Promise<void> {
  const { seldom: _, privacy: __, ...others } = stories;
  for (const story of Object.values(others)) await story(town);
}
