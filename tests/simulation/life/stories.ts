import { ENV } from '../../../shared/env.ts';
import type { Stage } from './stage.ts';
import { dunning, privacy, services } from './stories/dunning.ts';
import { fees, payments, statements } from './stories/money.ts';
import { leave, look, openOffice, webhooks } from './stories/office.ts';
import { seldom } from './stories/rare.ts';
import { promises, tickets } from './stories/tickets.ts';
import { Town } from './town.ts';

export type Story = (town: Town) => Promise<void>;

/** The life of one office, in order: every route, every message of a queue, every schedule, and the stream. */
export const stories = {
  openOffice,
  webhooks,
  tickets,
  promises,
  fees,
  payments,
  statements,
  dunning,
  services,
  seldom,
  privacy,
  look,
  leave,
} satisfies Record<string, Story>;

/** When it begins. */
export const from = Date.parse('2026-08-03T01:00:00Z');

/** The town in which it is lived. */
export function townOn(stage: Stage): Town {
  process.env[ENV.userPoolId] = 'pool';
  process.env[ENV.usageKeyPrefix] = 'hf';
  return new Town(stage);
}
