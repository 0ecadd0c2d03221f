// First of all: what functions remember is noted as they are loaded.
import './service/functions.ts';

import { beforeAll, expect, it, vi } from 'vitest';
import { output } from '../../shared/log.ts';
import { ask, once } from './service/client.ts';
import { Cloud } from './service/cloud.ts';
import { openOffice } from './town/office.ts';
import { Faults } from './world/faults.ts';
import { World } from './world/world.ts';

/** Defects that the simulation found, each told again without chance. */

beforeAll(() => {
  vi.spyOn(output, 'write').mockImplementation(() => undefined);
});

it('of two copies of a request at one time neither is refused because of what the other did', async () => {
  const startAt = Date.parse('2026-09-28T02:00:00Z');
  const world = new World({ seed: 1, startAt, faults: new Faults(1, { calm: true }) });
  const cloud = new Cloud(world);
  const answers: (number | undefined)[][] = [];
  const story = (async () => {
    const { staff, units } = await openOffice(cloud, 1, 1);
    const place = { unitId: units[0]?.id, payerId: units[0]?.payerId };
    for (let n = 0; n < 20; n++) {
      const paid = { ...place, amount: '10.00', method: 'wechat' };
      const who = staff.finance;
      const { body } = await ask(cloud, { name: `pay ${n}`, who, route: 'POST /v1/payments', body: paid });
      const reverse = {
        name: `reverse ${n}`,
        who,
        route: 'POST /v1/payments/{id}/reverse',
        params: { id: body.id },
        body: { reason: 'x' },
      };
      const first = once(cloud, reverse, `first ${n}`, true);
      await world.sleep(n * 4);
      const both = await Promise.all([first, once(cloud, reverse, `second ${n}`, true)]);
      answers.push(both.map((answer) => answer?.status));
    }
  })();
  await world.run(startAt + 3_600_000);
  await story;
  expect(answers).toEqual(Array(20).fill([200, 200]));
});
