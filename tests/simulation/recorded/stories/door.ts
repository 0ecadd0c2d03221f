import type { Town } from '../../life/town.ts';
import { AwsError } from '../../world/table.ts';

const json = { 'content-type': 'application/json' };

/** What is refused before any domain sees it. */
export async function door(town: Town): Promise<void> {
  const { mine, who } = town;
  await town.ask('getHealth', { as: undefined });
  const deep = (n: number): unknown => (n === 0 ? 1 : { inner: deep(n - 1) });
  // Whoever asks.
  await town.refused('listTickets', { as: undefined, is: 401 });
  await town.refused('listTickets', { as: { ...who, roles: [] }, is: 403 });
  await town.refused('createTicket', { as: { ...who, suspended: true }, is: 403 });
  await town.refused('listTenants', { is: 403 });
  await town.ask('listTickets', { as: { ...who, suspended: true } });
  await town.refused('listTickets', { as: { kind: 'operator', id: 'operator' }, is: 403 });
  // Bodies.
  const raw = (csv: string, is = 400, headers: Record<string, string> = json) =>
    town.refused('createTicket', { csv, headers, is });
  await raw('{"kind":');
  await raw('');
  await raw('{}');
  await raw('[]');
  await raw('null');
  await raw('{}', 415, { 'content-type': 'text/plain' });
  await raw('{}', 415, { 'content-type': '' });
  await raw('{}', 415, { 'content-type': 'application/json; charset=gbk' });
  await raw('{}', 400, { 'content-type': 'application/problem+json;charset=UTF-8 ' });
  await raw(JSON.stringify({ title: 'x'.repeat(262_144) }), 413);
  await raw(JSON.stringify({ title: 'x'.repeat(262_144 - 12) }));
  await raw(JSON.stringify(deep(12)));
  await raw(JSON.stringify(deep(13)));
  await raw(JSON.stringify({ list: [[[[[[[[[[[['deep']]]]]]]]]]]], 'a/b~c': '\u0000', '\u0001': 1 }));
  await raw(JSON.stringify({ title: '\ud800', description: 'a\u2028b', reporter: { name: '\u0085' } }));
  await raw(JSON.stringify(Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`f${n}`, '\u0007']))));
  await raw(JSON.stringify(Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`f${n}`, 1]))));
  await raw(
    JSON.stringify({ kind: 'song', grade: 7, channel: null, title: '', description: 'a'.repeat(9999) }),
  );
  await town.refused('createTicket', {
    but: { [`${'n'.repeat(200)}`]: 1, propertyId: 'prp_1', reporter: [] },
  });
  // Queries and paths.
  await town.refused('listTickets', { query: { limit: '0', view: 'all', sort: 'x', status: '\u0001' } });
  await town.refused('listTickets', { query: { limit: '1e3' } });
  await town.refused('listTickets', { query: { limit: '101' } });
  await town.refused('listTickets', { query: { cursor: 'nonsense' } });
  await town.refused('getMe', { query: { verbose: 'true' } });
  await town.refused('getTicket', { id: 'tkt_1', is: 404 });
  await town.refused('getTicket', { id: '\u0007' });
  await town.refused('getTicket', { id: mine.prp, is: 404 });
  await town.refused('getTicket', { id: `tkt_${mine.prp.slice(4)}`, is: 404 });
  // Headers.
  const unit = { id: mine.unt, body: { note: '西边套' } };
  await town.refused('changeUnit', { ...unit, headers: { 'if-match': '"99"' }, is: 412 });
  await town.refused('changeUnit', { ...unit, headers: { 'if-match': 'W/"1"' }, is: 412 });
  await town.ask('changeUnit', { ...unit, headers: { 'if-match': '*' } });
  await town.ask('changeUnit', { ...unit, headers: { 'If-Match': ' "3" ' } });
  const keyed = (key: string) => ({ headers: { 'idempotency-key': key } });
  await town.refused('createTicket', keyed('with space'));
  await town.refused('createTicket', keyed(''));
  await town.refused('createTicket', keyed('k'.repeat(129)));
  await town.ask('createTicket', { ...keyed('k'.repeat(128)), but: { externalId: 'e-1' } });
  await town.ask('createTicket', { ...keyed('k'.repeat(128)), but: { externalId: 'e-1' } });
  await town.refused('createTicket', { ...keyed('k'.repeat(128)), but: { externalId: 'e-2' }, is: 422 });
  for (const language of ['zh', 'zh-CN,zh;q=0.9', 'en', 'de, zh;q=0.5, en;q=0.6', 'de', '*', 'en;q=0', ''])
    await town.refused('getTicket', { id: 'x', headers: { 'accept-language': language }, is: 404 });
}

/** Callers, headers and files that are not as they have to be; a table that has no time. */
export async function threshold(town: Town): Promise<void> {
  const { mine, who, stage } = town;
  const { tenantId = '' } = who;
  // The authorizer never says this; a function that is told it does nothing.
  for (const bad of ['', 'ten_1', `x${tenantId}`, `${tenantId}0`])
    await town.refused('listTickets', { as: { ...who, tenantId: bad }, is: 500 });
  await town.refused('listTickets', { as: { ...who, kind: '' as 'staff' }, is: 401 });
  // Programs name their requests.
  const program = town.program('tickets:write', 'tickets:read');
  const keyless = { as: program, headers: { 'idempotency-key': undefined } };
  await town.refused('createTicket', keyless);
  await town.ask('createTicket', { headers: { 'idempotency-key': undefined } });
  await town.ask('createTicket', { as: program, but: { channel: 'api' } });
  const once = { as: program, headers: { 'idempotency-key': 'once' } };
  const ticket = await town.ask('createTicket', { ...once, but: { channel: 'api', externalId: 'b' } });
  await town.ask('createTicket', { ...once, but: { channel: 'api', externalId: 'b' } });
  await town.refused('createTicket', { ...once, but: { channel: 'api', externalId: 'c' }, is: 422 });
  // The same key on another way, with another query, by another caller, is another request.
  await town.refused('resolveTicket', { ...once, id: ticket.id, is: 422 });
  await town.ask('createTicket', { headers: { 'idempotency-key': 'once' }, but: { externalId: 'd' } });
  // What is refused is not kept: repeated as it should have been it is done.
  await town.refused('createUnit', { headers: { 'idempotency-key': 'u' }, but: { number: '' } });
  await town.ask('createUnit', { headers: { 'idempotency-key': 'u' }, but: { number: '1801' } });
  await town.refused('createUnit', { headers: { 'idempotency-key': 'v' }, but: { number: '1801' }, is: 409 });

  await town.refused('listTickets', {
    query: { view: 'open' },
    repeated: { view: ['open', 'all'], limit: ['1'] },
  });
  await town.ask('listTickets', { query: { limit: '1' }, repeated: { limit: ['1'] } });
  await town.refused('listTickets', { query: { [`${'q'.repeat(120)}`]: '1' } });
  await town.refused('getMe', { query: { [`${'q'.repeat(120)}`]: '1' } });

  const file = (csv: string, headers: Record<string, string>, is: number) =>
    town.refused('importUnits', { query: { propertyId: mine.prp }, csv, headers, is });
  await file('楼栋,房号\n', { 'content-type': 'application/json' }, 415);
  await file('楼栋,房号\n', { 'content-type': '' }, 415);
  await file('x'.repeat(5 * 1024 * 1024), { 'content-type': ' Text/CSV ; charset=utf-8' }, 413);
  await town.ask('importUnits', {
    query: { propertyId: mine.prp },
    csv: '楼栋,房号\n19栋,101\n',
    headers: { 'content-type': ' Text/CSV ; charset=utf-8' },
  });

  const unit = (ifMatch: string, is: number) =>
    town.ask('changeUnit', { id: mine.unt, body: { note: '南' }, headers: { 'if-match': ifMatch }, is });
  for (const bad of ['x"2"', '"2"x', '"1234567890123"', '2', '""', '"a"']) await unit(bad, 412);
  await unit('"12"', 412);
  await unit('', 412);

  // Busy, away for a moment, broken.
  const failing = async (name: string, is: number, reasons?: { Code: string }[]) => {
    const act = () => {
      throw new AwsError(name, reasons);
    };
    stage.rig.meanwhile = { at: /^(Query|BatchGet|TransactWrite) /, act };
    await town.refused('createUnit', { but: { number: '2801' }, is });
    stage.rig.meanwhile = undefined;
  };
  await failing('ThrottlingException', 503);
  await failing('ProvisionedThroughputExceededException', 503);
  await failing('TimeoutError', 503);
  await failing('TransactionCanceledException', 503, [{ Code: 'None' }, { Code: 'ThrottlingError' }]);
  await failing('TransactionCanceledException', 503, [{ Code: 'ProvisionedThroughputExceeded' }]);
  await failing('TransactionCanceledException', 500, [{ Code: 'NotThrottlingError' }]);
  await failing('TransactionCanceledException', 500, [{ Code: 'TheProvisionedThroughput' }]);
  await failing('SyntaxError', 500);
}
