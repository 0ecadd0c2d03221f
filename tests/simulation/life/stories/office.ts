import type { Town } from '../town.ts';

/** An office opens: people, keys, properties, units, customers, settings. */
export async function openOffice(town: Town): Promise<void> {
  const { operator, mine } = town;
  const tenant = await town.ask('createTenant', { as: operator });
  town.who = { kind: 'staff', id: tenant.ownerId, tenantId: tenant.id, roles: ['owner'] };
  await town.ask('createTenant', { as: operator });
  await town.ask('listTenants', { as: operator });
  await town.ask('listTenants', { as: operator, query: { zone: 'Asia/Shanghai' } });
  await town.ask('getTenant', { as: operator, id: tenant.id });
  await town.ask('changeTenant', { as: operator, id: tenant.id });

  mine.stf = (await town.ask('createStaff')).id;
  const desk = await town.ask('createStaff', { but: { email: 'second@example.com', roles: ['supervisor'] } });
  await town.ask('listStaff');
  await town.ask('getMe');
  await town.ask('getStaff', { id: mine.stf });
  await town.ask('changeStaff', { id: mine.stf, body: { roles: ['desk', 'engineer'] } });
  await town.ask('changeStaff', { id: mine.stf, body: { email: 'other@example.com' } });
  await town.ask('removeStaff', { id: desk.id });
  mine.supervisor = (
    await town.ask('createStaff', { but: { email: 'third@example.com', roles: ['supervisor'] } })
  ).id;

  const key = await town.ask('createApiKey');
  mine.key = key.id;
  await town.authorize(`Bearer ${key.key}`);
  await town.ask('listApiKeys');
  await town.ask('getApiKey', { id: key.id });
  await town.ask('rotateApiKey', { id: key.id });
  const second = await town.ask('createApiKey', { but: { name: 'second' } });
  await town.ask('revokeApiKey', { id: second.id });

  mine.prp = (await town.ask('createProperty')).id;
  await town.ask('listProperties');
  await town.ask('getProperty', { id: mine.prp });
  await town.ask('changeProperty', { id: mine.prp });
  mine.unt = (await town.ask('createUnit')).id;
  await town.ask('listUnits');
  await town.ask('listUnits', { query: { propertyId: mine.prp } });
  await town.ask('getUnit', { id: mine.unt });
  await town.ask('changeUnit', { id: mine.unt, body: { note: '东边套' } });
  mine.cus = (await town.ask('createCustomer', { but: { emails: ['zhang@example.com'] } })).id;
  await town.ask('listCustomers');
  await town.ask('listCustomers', { query: { unitId: mine.unt } });
  await town.ask('listCustomers', { query: { name: '张' } });
  await town.ask('changeCustomer', { id: mine.cus });
  await town.ask('recordDisclosure', { id: mine.cus });
  await town.ask('getCustomer', { id: mine.cus, query: { purpose: 'phone' } });
  await town.ask('listDisclosures', { id: mine.cus });
  await town.ask('listCustomerEvents', { id: mine.cus });

  const query = { propertyId: mine.prp };
  const rows = Array.from({ length: 120 }, (_, n) => `9栋,${n + 1}01\n`).join('');
  await town.ask('importUnits', { query, csv: `楼栋,房号\n${rows}` });
  await town.ask('importCustomers', {
    query,
    csv: '楼栋,房号,姓名,类型\n9栋,101,王五,业主\n9栋,201,赵六,租户\n',
  });
  await town.ask('listUnits', { query });
  await town.ask('listCustomers');
  await town.ask('createUnit', { but: { building: '9栋', number: '101' }, is: 409 });

  await town.ask('getPolicy');
  await town.ask('putPolicy', { but: { effectiveFrom: '2026-08-10' } });
  await town.ask('listPolicyVersions');
  await town.ask('getStandardPolicy');
  await town.ask('getCalendar');
  await town.ask('putCalendar', { body: { base: 'cn', extraRest: ['2026-03-09'] } });
  await town.ask('previewDeadline');
  await town.ask('getDeskSteps');
  await town.settle();
}

/** Those who look after the office's systems: endpoints, their deliveries, and what becomes of an endpoint that is gone. */
export async function webhooks(town: Town): Promise<void> {
  const { mine } = town;
  const made = await town.ask('createWebhook', { but: { url: 'https://93.184.215.14/hook', events: ['*'] } });
  mine.whk = made.id;
  await town.ask('createWebhook', {
    body: {
      kind: 'wecom',
      url: `https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=${'0'.repeat(36)}`,
      events: ['ticket.*', 'obligation.*'],
    },
  });
  const gone = await town.ask('createWebhook', { but: { url: 'https://93.184.215.15/gone', events: ['*'] } });
  await town.ask('listWebhooks');
  await town.ask('getWebhook', { id: made.id });
  await town.ask('changeWebhook', { id: made.id });
  await town.ask('rotateWebhookSecret', { id: made.id });
  await town.ask('testWebhook', { id: made.id });
  await town.settle();
  const { items } = await town.ask('listDeliveries', { id: made.id });
  const params = { id: made.id, deliveryId: items[0].id };
  await town.ask('getDelivery', { params });
  await town.ask('redeliver', { params });
  const { rig } = town.stage;
  rig.status = () => 500;
  await town.ask('testWebhook', { id: made.id });
  await town.settle();
  rig.status = (path) => (path === '/gone' ? 410 : 200);
  await town.ask('testWebhook', { id: gone.id });
  await town.settle();
  rig.status = () => 200;
  await town.ask('removeWebhook', { id: gone.id });
  await town.settle();
}

/** People look at the office as a whole. */
export async function look(town: Town): Promise<void> {
  const { mine } = town;
  const propertyId = mine.prp;
  await town.ask('getGoals', { query: { month: '2026-08' } });
  await town.ask('getGoals', { query: { month: '2026-08', propertyId } });
  await town.ask('getCollection', { query: { month: '2026-08' } });
  await town.ask('getCollection', { query: { month: '2026-08', propertyId } });
  await town.ask('verifyAudit');
  await town.ask('verifyAudit', { query: { objectId: mine.tkt } });
  const { items } = await town.aside('listObligations', { query: { view: 'property', propertyId } });
  const [{ objectId, id }] = items;
  await town.ask('listObligationEvents', { params: { objectId, id } });
}

/** An office, as good as empty, is handed out and deleted. */
export async function leave(town: Town): Promise<void> {
  const { operator, mine } = town;
  const small = await town.ask('createTenant', { as: operator, but: { slug: 'small' } });
  town.who = { kind: 'staff', id: small.ownerId, tenantId: small.id, roles: ['owner'] };
  mine.prp = (await town.ask('createProperty')).id;
  mine.unt = (await town.ask('createUnit')).id;
  mine.cus = (await town.ask('createCustomer')).id;
  const ticket = await town.ask('createTicket');
  const upload = await town.ask('addAttachment', { id: ticket.id });
  town.stage.rig.bucket.put(new URL(upload.url).pathname.slice(1), 'image/jpeg', Buffer.alloc(9));
  await town.ask('createBill', { but: { dueDay: '2028-06-01' } });
  await town.settle();
  await town.ask('exportTenant', { as: operator, id: small.id, query: { limit: '20' } });
  for (let call = 0; call < 20; call++) {
    const deletion = { as: operator, id: small.id, query: { confirm: 'small' } };
    // It counts what this call has taken away.
    const left = await town.ask('deleteTenant', { ...deletion, or: 202, ends: true });
    if (left === undefined) return;
    town.wait(60_000);
  }
  throw new Error('an office that is never gone');
}
