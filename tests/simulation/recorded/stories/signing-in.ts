import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import type { Item } from '../../../../shared/table.ts';
import type { Town } from '../../life/town.ts';

const issuer = 'https://issuer.example';
const { privateKey, publicKey } = await generateKeyPair('ES256');
const stranger = await generateKeyPair('ES256');
const jwk = { ...(await exportJWK(publicKey)), kid: '1', alg: 'ES256' };

interface Made {
  claims?: JWTPayload;
  sub?: string | undefined;
  issuer?: string;
  audience?: string;
  /** How long it holds from now on, in seconds. */
  holds?: number | undefined;
  kid?: string;
  key?: Parameters<SignJWT['sign']>[0];
  alg?: string;
}

/** Who is let in with a token or a key, and who is not. */
export async function signingIn(town: Town): Promise<void> {
  const { issuer: known } = town.stage.rig;
  known.set('/.well-known/openid-configuration', { issuer, jwks_uri: `${issuer}/keys` });
  known.set('/keys', { keys: [jwk] });
  await tokens(town);
  await people(town);
  await issuers(town);
  await keys(town);
}

const owner = { email: 'owner@jinxiu.example', email_verified: true };

async function token(town: Town, made: Made = {}): Promise<string> {
  const { claims = owner, holds = 60, kid = '1', key = privateKey, alg = 'ES256' } = made;
  const signing = new SignJWT(claims)
    .setProtectedHeader({ alg, kid })
    .setIssuer(made.issuer ?? issuer)
    .setAudience(made.audience ?? 'huifang');
  if (!('sub' in made) || made.sub !== undefined) signing.setSubject(made.sub ?? 'somebody');
  if (!('holds' in made) || made.holds !== undefined)
    signing.setExpirationTime(Math.floor(town.stage.now / 1000) + holds);
  return signing.sign(key);
}

/** Somebody shows something; what it is stands on the page. */
const show = async (town: Town, what: string, credential: string) => {
  town.about = what;
  await town.turnedAway(credential);
  town.about = '';
};
const shows = async (town: Town, what: string, made: Made = {}) =>
  show(town, what, `Bearer ${await token(town, made)}`);

/** A token is the issuer's, for this service, and holds. */
async function tokens(town: Town): Promise<void> {
  await town.authorize(`Bearer ${await token(town)}`);
  await town.authorize(`  bearer   ${await token(town)} `);
  for (const [what, made] of Object.entries<Made>({
    'ended just now': { holds: -4 },
    ended: { holds: -6 },
    'without an end': { holds: undefined },
    'of another issuer': { issuer: 'https://other.example' },
    'for another service': { audience: 'other' },
    'signed by somebody else': { key: stranger.privateKey },
    'of a key not known': { kid: '2' },
    'signed with a password': { key: new TextEncoder().encode('p'.repeat(32)), alg: 'HS256' },
  }))
    await shows(town, `a token ${what}`, made);
  await show(town, 'nothing', '');
  await show(town, 'a password', 'Basic b3duZXI6');
  await show(town, 'two tokens', 'Bearer a b');
  await show(town, 'no token', 'Bearer abc');
  await show(town, 'a long one', `Bearer ${'a'.repeat(8193)}`);
}

/** Whose the token is: by an address that the issuer has verified, or an operator by a group. */
async function people(town: Town): Promise<void> {
  const { operator, mine, who } = town;
  for (const [what, claims] of Object.entries<JWTPayload>({
    'an address in capitals': { ...owner, email: 'OWNER@Jinxiu.example' },
    'verified in letters': { ...owner, email_verified: 'true' },
    'not verified': { ...owner, email_verified: false },
    'no address': { email_verified: true },
    'a list of addresses': { ...owner, email: ['owner@jinxiu.example'] },
    'a long address': { ...owner, email: `${'o'.repeat(254)}@jinxiu.example` },
    'an address nobody has': { ...owner, email: 'nobody@jinxiu.example' },
    'the group of operators': { 'cognito:groups': ['others', 'operators'] },
    'another group': { ...owner, 'cognito:groups': ['others'] },
    'a group in one word': { 'cognito:groups': 'operators' },
    'an operator': { huifang_operator: true },
    'an operator in letters': { huifang_operator: 'true' },
    'no operator': { huifang_operator: 'false' },
  }))
    await shows(town, what, { claims });
  await shows(town, 'an operator without a name', { claims: { huifang_operator: true }, sub: undefined });
  const second = { ...owner, email: 'third@example.com' };
  await shows(town, 'a supervisor', { claims: second });
  await town.ask('changeStaff', { id: mine.supervisor, body: { roles: ['desk', 'supervisor'] } });
  await shows(town, 'two roles', { claims: second });
  // Somebody of two offices is in the one that knew them first, as long as it does.
  const other = { slug: 'other', name: '二号', tier: 'basic', owner: { name: '丙', email: second.email } };
  const { id } = await town.ask('createTenant', { as: operator, but: other });
  await shows(town, 'of two offices', { claims: second });
  await town.ask('removeStaff', { id: mine.supervisor });
  await shows(town, 'of two offices, and gone from one', { claims: second });
  await town.ask('suspendTenant', { as: operator, id });
  await shows(town, 'of a suspended office', { claims: second });
  await town.ask('deleteTenant', { as: operator, id, query: { confirm: 'other' } });
  await shows(town, 'of an office that goes', { claims: second });
  const left = town.item('staff', who.id);
  // The index may be behind: what is read of a person and their office is what counts.
  const { stage } = town;
  const house = stage.rig.table.item({ pk: `${who.tenantId}#office`, sk: 'office' });
  if (!house) throw new Error('there is no office');
  const instead = async (about: string, was: Item, is: Partial<Item>) => {
    stage.rig.write({ ...was, ...is });
    await shows(town, about);
    stage.rig.write(was);
  };
  await instead('who has just left', left, { list: { ...left.list, active: false } });
  await instead('something else', left, { et: 'note' });
  await instead('an office that is gone', house, { et: 'tombstone' });
  await instead('an office of another kind', house, { list: { ...house.list, status: 'closed' } });
  const long = `${'a'.repeat(60)}@${'b'.repeat(61)}.${'c'.repeat(61)}.${'d'.repeat(61)}.example`;
  await town.ask('createStaff', { but: { email: long, roles: ['guard'] } });
  await shows(town, 'the longest address', { claims: { ...owner, email: long } });
  town.stage.rig.write({ ...left, rest: { ...left.rest, email: 'new@jinxiu.example' } });
  await shows(town, 'by an address they had', {});
  town.stage.rig.write({ ...left, v: left.v + 1 });
}

/** What an issuer may answer when asked for its keys. */
async function issuers(town: Town): Promise<void> {
  const { rig } = town.stage;
  const says = (answer: (path: string) => Response | undefined) => {
    rig.neighbour = ({ url }) => (url.host === 'issuer.example' ? answer(url.pathname) : undefined);
  };
  const document = (body: unknown) =>
    says((path) => (path.startsWith('/.well-known/openid') ? Response.json(body) : undefined));
  const atUsual = (path: string) => path === '/.well-known/jwks.json' && Response.json({ keys: [jwk] });
  document({ issuer: 'https://other.example', jwks_uri: `${issuer}/keys` });
  await shows(town, 'a document of another issuer');
  document({ issuer, jwks_uri: 'http://issuer.example/keys' });
  await shows(town, 'a document that leads from https');
  document({ issuer, jwks_uri: 7 });
  await shows(town, 'a document without a place');
  document(null);
  await shows(town, 'no document');
  says((path) => atUsual(path) || new Response('no', { status: 404 }));
  await shows(town, 'no document, and the keys where they usually are');
  says((path) => atUsual(path) || new Response('{', { status: 200 }));
  await shows(town, 'a broken document');
  says((path) => atUsual(path) || new Response('', { status: 500 }));
  await shows(town, 'an issuer that fails');
  says(() => {
    throw new TypeError('fetch failed');
  });
  await shows(town, 'an issuer that is not there');
  says((path) => (path === '/keys' ? Response.json({ keys: 'none' }) : undefined));
  await shows(town, 'an issuer whose keys are none');
  says((path) => (path === '/keys' ? new Response('', { status: 500 }) : undefined));
  await shows(town, 'an issuer that has its keys no more');
  rig.neighbour = () => undefined;
}

/** A program's key, and when its last use is written down. */
async function keys(town: Town): Promise<void> {
  const { operator, who } = town;
  const { id, key } = await town.ask('createApiKey', { but: { scopes: ['tickets:read'] } });
  const use = (what: string, text = key) => show(town, what, `Bearer ${text}`);
  await use('a key');
  await use('a key once more');
  const used = Date.parse(String(town.item('keys', id).rest?.lastUsedAt));
  town.stage.now = used + 3_600_000 - 1;
  await use('a key within the hour');
  town.stage.now = used + 3_600_000;
  await use('a key after an hour');
  await use('another secret', key.replace(/.{4}$/, 'AAAA'));
  await use('a key that is none', key.slice(0, -1));
  await use('a key of another office', key.replace(/^hf_.{26}/, `hf_${'0'.repeat(26)}`));
  await use('a key nobody has', key.replace(/^(hf_.{26}_).{26}/, `$1${'0'.repeat(26)}`));
  town.wait(3_600_000);
  const { rig } = town.stage;
  const kept = town.item('keys', id);
  rig.meanwhile = { at: /^TransactWrite/, act: () => rig.write({ ...kept, v: kept.v + 1 }) };
  await use('a key that is changed meanwhile');
  rig.meanwhile = undefined;
  const tenant = who.tenantId ?? '';
  await town.ask('changeTenant', { as: operator, id: tenant, body: { tier: 'basic' } });
  await town.ask('suspendTenant', { as: operator, id: tenant });
  await use('a key of a suspended office');
  await town.ask('reactivateTenant', { as: operator, id: tenant });
  await town.ask('revokeApiKey', { id });
  await use('a revoked key');
}
