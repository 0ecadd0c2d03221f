import { ENV } from '../../../../shared/env.ts';
import type { Town } from '../../life/town.ts';
import { absent, inParts, overhear, pages } from './parts.ts';

/** People and the programs' keys: who may make whom, and that an owner is left. */
export const staff = inParts({ people, owners, logins, apiKeys });

async function people(town: Town): Promise<void> {
  const { mine, who } = town;
  const id = mine.stf;
  const change = (body: unknown) => town.ask('changeStaff', { id, body });
  await change({ phone: '13700000000', departments: ['客服部', '工程部'], properties: [mine.prp] });
  await change({ phone: null, departments: [], properties: [], name: ' 王芳芳 ' });
  await change({});
  await change({ email: 'WANG.FANG@example.com' });
  await change({ email: 'wang.fang@example.com', active: true });
  const body = { name: 'x' };
  await town.refused('changeStaff', { id, body, headers: { 'if-match': '"1"' }, is: 412 });
  await town.refused('changeStaff', { id: absent('stf'), body, is: 404 });
  await town.refused('changeStaff', { id, body: { email: 'third@example.com' }, is: 409 });
  await town.refused('changeStaff', { id, body: { properties: [mine.prp, absent('prp')] } });
  await town.refused('createStaff', { is: 409 });
  await town.refused('createStaff', { but: { properties: [absent('prp'), mine.prp, absent('prp')] } });
  await town.refused('createStaff', {
    but: { email: 'new@example.com', properties: [absent('prp'), mine.prp] },
  });
  await town.refused('createStaff', {
    but: { name: '', email: 'x', roles: [], departments: ['a', 'a'], phone: '1', properties: ['1'] },
  });
  await town.refused('createStaff', { but: { roles: ['desk', 'desk'] } });
  await town.refused('createStaff', { but: { roles: ['boss'], email: undefined } });
  await town.refused('getStaff', { id: absent('stf'), is: 404 });
  await pages(town, 'listStaff');
  await town.ask('getMe', { as: { ...who, id, roles: ['desk', 'engineer'] } });
  await town.refused('getMe', { as: { ...who, id: absent('stf') }, is: 404 });
  await town.refused('getMe', { as: town.program('staff:read'), is: 404 });
  // Who has left signs in no more; their address is still theirs, should they come back.
  await town.refused('removeStaff', { id, headers: { 'if-match': '"1"' }, is: 412 });
  await town.refused('removeStaff', { id: absent('stf'), is: 404 });
  await town.ask('removeStaff', { id });
  await town.ask('removeStaff', { id });
  await town.refused('createStaff', { is: 409 });
  await change({ active: true });
}

/** What concerns an owner is for owners only, and one is left. */
async function owners(town: Town): Promise<void> {
  const { mine, who } = town;
  const manager = { ...who, id: mine.stf, roles: ['manager'] } as const;
  const boss = { email: 'boss@example.com', roles: ['owner', 'desk'] };
  await town.refused('changeStaff', { id: who.id, body: { roles: ['manager'] }, is: 409 });
  await town.refused('changeStaff', { id: who.id, body: { active: false }, is: 409 });
  await town.refused('removeStaff', { id: who.id, is: 409 });
  await town.refused('createStaff', { as: manager, but: boss, is: 403 });
  await town.refused('changeStaff', { as: manager, id: mine.stf, body: { roles: ['owner'] }, is: 403 });
  await town.refused('changeStaff', { as: manager, id: who.id, body: { email: 'm@example.com' }, is: 403 });
  await town.refused('removeStaff', { as: manager, id: who.id, is: 403 });
  await town.ask('createStaff', { as: manager, but: { email: 'guard@example.com', roles: ['guard'] } });
  await town.ask('changeStaff', { as: manager, id: mine.stf, body: { roles: ['supervisor', 'desk'] } });
  const second = (await town.ask('createStaff', { but: boss })).id;
  await town.ask('changeStaff', { id: second, body: { name: '新负责人' } });
  await town.ask('changeStaff', { id: second, body: { roles: ['desk'] } });
  await town.ask('changeStaff', { id: second, body: { roles: ['owner'] } });
  await town.ask('removeStaff', { id: second });
  await town.ask('removeStaff', { id: second });
  await town.refused('removeStaff', { id: who.id, is: 409 });
  await town.ask('changeStaff', { id: second, body: { active: true } });
  await town.ask('removeStaff', { id: who.id, as: { ...who, id: second } });
  await town.ask('changeStaff', { id: who.id, as: { ...who, id: second }, body: { active: true } });
}

/** The user pool makes logins; how it may fail. */
async function logins(town: Town): Promise<void> {
  town.at('2026-08-03 10:00');
  let n = 0;
  const add = (is?: number) =>
    town.ask('createStaff', { but: { email: `n${++n}@example.com`, name: '新人' }, ...(is && { is }) });
  const poolSays = (status: number, __type?: string) =>
    overhear(town, () => Response.json({ __type }, { status }));
  overhear(town);
  await add();
  poolSays(400, 'com.amazonaws#InvalidParameterException');
  await add(422);
  poolSays(400, 'UsernameExistsException');
  await add();
  poolSays(500);
  await add(503);
  poolSays(400, 'TooManyRequestsException');
  await add(503);
  overhear(town, () => new Response('<html>', { status: 502 }));
  await add(503);
  overhear(town, () => {
    throw new Error('the pool is not reached');
  });
  await add(503);
  overhear(town, () => Response.json({}));
  // Other regions, an address of its own, credentials of a role, a house without a pool.
  const where = async (name: string, value: string | undefined, is?: number) => {
    const { [name]: before } = process.env;
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
    await add(is);
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  };
  await where('AWS_REGION', 'cn-north-1');
  await where('AWS_REGION', undefined, 503);
  await where('AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER', 'http://localhost:9229/');
  await where('AWS_SESSION_TOKEN', 'of a role');
  await where(ENV.userPoolId, undefined);
  town.stage.rig.neighbour = () => undefined;
}

async function apiKeys(town: Town): Promise<void> {
  const { who } = town;
  const { id, key: first } = await town.ask('createApiKey', { but: { scopes: ['tickets:read'] } });
  const rotate = async (overlapHours?: number): Promise<string> =>
    (await town.ask('rotateApiKey', { id, body: { overlapHours } })).key;
  const shows = (key: string) => town.turnedAway(`Bearer ${key}`);
  await rotate(2);
  const second = await rotate(168);
  await town.ask('getApiKey', { id });
  await town.refused('rotateApiKey', { id, body: { overlapHours: 1 }, is: 409 });
  await shows(first);
  const { rest } = town.item('keys', id);
  const [, , ending] = (rest?.secrets ?? []) as { until: string }[];
  town.stage.now = Date.parse(ending?.until ?? '');
  await shows(first);
  await shows(second);
  town.stage.now = Date.parse(ending?.until ?? '');
  const third = await rotate(1);
  await town.ask('getApiKey', { id });
  for (const key of [second, third]) await shows(key);
  await rotate(0);
  for (const key of [second, third]) await shows(key);
  await pages(town, 'listApiKeys', {}, 1);
  await town.refused('rotateApiKey', { id, body: { overlapHours: 169 } });
  await town.refused('rotateApiKey', { id, body: { overlapHours: 1.5 } });
  for (const route of ['rotateApiKey', 'getApiKey', 'revokeApiKey'])
    await town.refused(route, { id: absent('key'), is: 404 });
  await town.refused('createApiKey', { but: { name: '', scopes: [] } });
  await town.refused('createApiKey', { but: { scopes: ['staff:write'] } });
  await town.refused('createApiKey', { but: { scopes: ['tickets:read', 'tickets:read'] } });
  await town.refused('createApiKey', { as: { ...who, roles: ['supervisor'] }, is: 403 });
  await town.refused('revokeApiKey', { id, headers: { 'if-match': '"1"' }, is: 412 });
  await town.ask('revokeApiKey', { id, as: { ...who, suspended: true } });
  await town.refused('rotateApiKey', { id, is: 409 });
  town.wait(60_000);
  await town.ask('revokeApiKey', { id });
  await town.ask('getApiKey', { id });
}
