import { type Complaint, complaints, ticketOf } from '../complaints.ts';
import { complaint } from './tickets.ts';
import { done, type World } from './world.ts';

/** How many creations cost so many write units, by write units. */
export type Spread = Map<number, number>;

export interface Creations {
  /** As an integrator moves them over: without unit and reporter, the text a line. */
  asPosted: Spread;
  /** With unit and reporter, and as text what the authority wrote about it. */
  withText: Spread;
  /** Most Chinese characters of text with which the bench's complaint of a unit and a reporter costs eight write units. */
  longest: number;
}

/** Posted at a time. */
const together = 8;

/** The text of the bench's complaint, and on from there as somebody may go on telling. */
const story =
  `${complaint.description}另外，楼道照明在四层和五层也不亮，夜里老人上下楼只能摸着扶手走，昨天已有一位邻居险些摔倒。` +
  '物业前台表示会转告工程部，但至今没有人回电，也没有在群里说明维修进度。我们理解配件需要采购，可是请给一个明确的日期，' +
  '并安排人在早晚高峰帮助行动不便的住户。年检标志已经过期两个月，业委会上周书面询问过，同样没有答复。';

/** What creating complaints costs by what is said in them; besides indexes. */
export async function creations(world: World): Promise<Creations> {
  const { propertyId } = world.office;
  const owner = await world.as('owner');
  const unitId = done<{ id: string }>(
    await owner('POST', '/v1/units', { propertyId, building: '9', number: '1-101' }),
  ).id;
  const spread = async (name: string, bodyOf: (complaint: Complaint) => object): Promise<Spread> => {
    world.meter.take();
    for (let from = 0; from < complaints.length; from += together) {
      await Promise.all(
        complaints.slice(from, from + together).map(async (one) => {
          const headers = { 'idempotency-key': `${name}-${one.key}` };
          done(await world.key('POST', '/v1/tickets', { ...bodyOf(one), propertyId }, headers));
        }),
      );
    }
    const units = world.meter
      .take()
      .filter(({ who, failed, wrote }) => who === 'tickets' && !failed && wrote.length > 0)
      .map(({ writes }) => writes);
    if (units.length !== complaints.length) throw new Error(`${units.length} were written`);
    return new Map(
      [...new Set(units)].sort((a, b) => a - b).map((n) => [n, units.filter((one) => one === n).length]),
    );
  };
  // The moment is the bench's: how far back a deadline lies says nothing about its cost.
  const asPosted = await spread('posted', (one) => ({ ...ticketOf(one), receivedAt: undefined }));
  const withText = await spread('told', (one) => ({
    ...ticketOf(one),
    ...{ receivedAt: undefined, externalId: `${one.key}-told`, unitId },
    ...{ reporter: complaint.reporter, description: one.resolution },
  }));
  let [longest, tooLong] = [0, story.length];
  while (tooLong - longest > 1) {
    const length = Math.floor((longest + tooLong) / 2);
    const externalId = `call-centre-20260930-${length}`;
    const description = story.slice(0, length);
    const body = { ...complaint, channel: 'api', externalId, propertyId, unitId, description };
    await world.measure(externalId, async () =>
      done(await world.key('POST', '/v1/tickets', body, { 'idempotency-key': externalId })),
    );
    if ((world.rows.pop()?.figures.writes ?? 0) <= 8) longest = length;
    else tooLong = length;
  }
  return { asPosted, withText, longest };
}
