import { satisfied } from '../samples.ts';
import type { Caller } from '../system/caller.ts';
import { done, type World } from './world.ts';

/** Complaints as they come: a few sentences, with who and where. */
export const complaint = {
  kind: 'complaint',
  channel: 'phone',
  title: '三号楼二单元电梯反复停运，老人无法下楼',
  category: '电梯',
  place: '三号楼二单元',
  description:
    '业主来电反映：三号楼二单元东侧电梯自昨晚起多次停在六层与七层之间，按呼叫按钮无人应答，' +
    '今早再次停运，家中老人需要下楼就医。此前上周已报修一次，维修后仅正常两天。要求今日内修复并说明原因。',
  reporter: { name: '刘女士', phone: '13800000000' },
};

interface Made {
  id: string;
}

/** Round trips and units of everything that is done with tickets. */
export async function ticketOperations(world: World): Promise<void> {
  const { office, measure, cloud } = world;
  const { propertyId } = office;
  const desk = await world.as('desk');
  const unit = done<Made>(
    await (await world.as('owner'))('POST', '/v1/units', { propertyId, building: '3', number: '2-601' }),
  );
  const body = { ...complaint, propertyId, unitId: unit.id };
  const posted = { ...body, channel: 'api', externalId: 'call-centre-20260930-000417' };
  const post = (who: Caller, what: object, name: string) =>
    who<Made>('POST', '/v1/tickets', what, { 'idempotency-key': name });

  // Met once, so that what a started function reads is not counted.
  done(await post(desk, body, 'warm-1'));
  done(await post(world.key, { ...posted, externalId: 'warm' }, 'warm-2'));

  const { id } = done(await measure('create a complaint (desk)', () => post(desk, body, 'one')));
  done(await measure('the same post again', () => post(desk, body, 'one')));
  done(await measure('create a complaint (API key, `externalId`)', () => post(world.key, posted, 'two')));
  done(await measure('the same post again (API key)', () => post(world.key, posted, 'two')));
  done(await measure('the same `externalId` with another key', () => post(world.key, posted, 'three')));
  done(
    await measure('create a repair without unit, reporter, text', () =>
      post(desk, { kind: 'repair', channel: 'phone', title: '水龙头漏水', propertyId }, 'four'),
    ),
  );

  const step = (name: string, what: object) => desk<Made>('POST', `/v1/tickets/${id}/${name}`, what);
  done(await measure('get a ticket', () => desk('GET', `/v1/tickets/${id}`)));
  const order = { assigneeId: world.staff('engineer'), what: '检查电梯', given: 'spoken' };
  const dueAt = new Date(cloud.clock.now() + 3_600_000).toISOString();
  done(await measure('dispatch', () => step('dispatch', { ...order, dueAt })));
  done(await measure('progress', () => step('progress', { note: '配件已到，正在更换' })));
  const toStaffId = world.staff('supervisor');
  done(await measure('hand over', () => step('handover', { toStaffId, reason: '交接班' })));
  done(await measure('escalate', () => step('escalate', { to: 'lead', reason: '二次故障' })));
  await attach(world, desk, id);
  cloud.kill('tickets');
  done(
    await measure('resolve, function just started', () =>
      step('resolve', { what: '更换门机控制板，试运行两小时正常', cause: 'wear' }),
    ),
  );
  const unsatisfied = { ...satisfied, outcome: 'unsatisfied', solved: false, score: 3, reason: '又停了' };
  done(await measure('callback, unsatisfied: reopened', () => step('callbacks', unsatisfied)));
  done(await measure('resolve', () => step('resolve', { what: '更换主板', cause: 'wear' })));
  done(await measure('callback, nobody reached', () => step('callbacks', unreached)));
  done(await measure('callback, satisfied, not signed yet', () => step('callbacks', satisfied)));
  await confirm(world, desk, id);

  const other = done(await post(desk, body, 'five')).id;
  const same = { duplicateOf: id };
  const open = done(await post(desk, body, 'six')).id;
  same.duplicateOf = open;
  done(await measure('link a duplicate', () => desk('POST', `/v1/tickets/${other}/link`, same)));
  done(
    await measure('withdraw', () => desk('POST', `/v1/tickets/${open}/withdraw`, { reason: '已自行解决' })),
  );
  await lists(world, desk, { propertyId, unitId: unit.id, id });
}

const unreached = { outcome: 'unreached', method: 'phone' };

async function attach({ measure }: World, desk: Caller, id: string): Promise<void> {
  // The smallest file that begins as a PNG does.
  const file = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
  const attachments = `/v1/tickets/${id}/attachments`;
  const what = { name: '电梯照片.png', contentType: 'image/png', size: file.length };
  const place = done(
    await measure('ask for a place for an attachment', () =>
      desk<{ id: string; url: string; headers: Record<string, string> }>('POST', attachments, what),
    ),
  );
  const put = await fetch(place.url, { method: 'PUT', headers: place.headers, body: file });
  if (!put.ok) throw new Error(`upload: ${put.status} ${await put.text()}`);
  const one = `${attachments}/${place.id}`;
  done(await measure('complete an attachment', () => desk('POST', `${one}/complete`)));
  done(await measure('a link to an attachment', () => desk('GET', one)));
}

/** The customer's own word by the one-time link. */
export async function confirm({ measure }: World, desk: Caller, id: string): Promise<void> {
  const link = done(
    await measure('make a one-time link', () =>
      desk<{ url: string }>('POST', `/v1/tickets/${id}/confirmation-links`),
    ),
  );
  await measure('the customer looks at the page', () => fetch(link.url));
  const form = new URLSearchParams({
    ...{ solved: 'yes', satisfied: 'yes', attitude: 'good', quality: 'good' },
    ...{ charged: 'no', cashTaken: 'no', score: '9', name: '刘女士' },
  });
  const page = await measure('the customer signs: closed', () =>
    fetch(link.url, { method: 'POST', body: form }),
  );
  if (!page.ok) throw new Error(`confirmation: ${page.status}`);
}

async function lists(
  { measure }: World,
  desk: Caller,
  { propertyId, unitId, id }: { propertyId: string; unitId: string; id: string },
): Promise<void> {
  for (let n = 0; n < 50; n++) {
    const body = { ...complaint, propertyId, unitId };
    done(await desk('POST', '/v1/tickets', body, { 'idempotency-key': `fill-${n}` }));
  }
  const queries: [string, string][] = [
    ['newest of the office', ''],
    ['newest of a property', `&propertyId=${propertyId}`],
    ['newest of a unit', `&unitId=${unitId}`],
    ['newest of a status', '&status=received'],
    ['open, due first', '&view=open'],
    ['open of a property, due first', `&view=open&propertyId=${propertyId}`],
    ['my desk, due first', '&view=desk'],
  ];
  for (const [name, query] of queries) {
    const { items } = done(
      await measure(`list 50 tickets: ${name}`, () =>
        desk<{ items: unknown[] }>('GET', `/v1/tickets?limit=50${query}`),
      ),
    );
    if (items.length !== 50) throw new Error(`${name}: ${items.length} tickets`);
  }
  done(await measure('list tickets: overdue', () => desk('GET', '/v1/tickets?limit=50&view=overdue')));
  const unfinished = `/v1/tickets?limit=50&view=unfinished&propertyId=${propertyId}`;
  done(await measure('list tickets: unfinished today, of a property', () => desk('GET', unfinished)));
  done(await measure('history of a ticket', () => desk('GET', `/v1/tickets/${id}/events`)));
}
