import { keyScopes, type Role } from '../../../shared/access.ts';
import { monthlyFee } from '../../samples.ts';
import { ask, type Who } from '../service/client.ts';
import type { Cloud } from '../service/cloud.ts';
import { Dice } from '../world/random.ts';

export interface Hours {
  working: { from: string; to: string }[];
  weekend?: { from: string; to: string }[];
}

export interface Unit {
  id: string;
  payerId: string;
  /** What a month costs, in fen. */
  monthly: number;
}

/** An office of a run, and what is set there. */
export interface Office {
  name: string;
  tenantId: string;
  propertyId: string;
  hours: Hours;
  staff: Record<Role, Who>;
  key: Who;
  units: Unit[];
  webhooks: { id: string; path: string; host: string; kind: string; events: string[]; since: number }[];
  /** Roles that chose the morning digest. */
  digestRoles: Role[];
  standardId: string;
}

const standardHours: Hours = {
  working: [
    { from: '08:30', to: '12:00' },
    { from: '13:30', to: '17:30' },
  ],
  weekend: [
    { from: '09:00', to: '12:00' },
    { from: '13:30', to: '17:30' },
  ],
};
const hoursThereAre: Hours[] = [
  standardHours,
  { working: [{ from: '09:00', to: '18:00' }] },
  { working: [{ from: '08:00', to: '20:00' }], weekend: [{ from: '10:00', to: '16:00' }] },
];

const operator: Who = { kind: 'operator', id: 'operator' };
const roles: Role[] = ['manager', 'supervisor', 'desk', 'engineer', 'finance', 'guard'];

/** Opens an office by the API: people, a property with units and those who pay, a fee with its bill run, webhooks. */
export async function openOffice(cloud: Cloud, n: number, units: number): Promise<Office> {
  const name = `office${n}`;
  const dice = new Dice(cloud.world.seed, name);
  let asked = 0;
  const post = async (who: Who, route: string, body: unknown, params: Record<string, string> = {}) => {
    const outcome = await ask(cloud, { name: `${name} setup ${++asked}`, who, route, body, params });
    if (outcome.status >= 300) throw new Error(`${route}: ${outcome.status} ${JSON.stringify(outcome.body)}`);
    return outcome.body;
  };
  const tenant = await post(operator, 'POST /operator/v1/tenants', {
    slug: `${name}-${cloud.world.seed}`,
    name: `物业${n}`,
    zone: 'Asia/Shanghai',
    tier: 'standard',
    owner: { name: '李总', email: `owner@${name}.example` },
  });
  const tenantId = tenant.id as string;
  const person = (role: Role, id: string): Who => ({ kind: 'staff', id, tenantId, roles: [role] });
  const owner = person('owner', tenant.ownerId);
  const hours = dice.pick(hoursThereAre);
  const property = await post(owner, 'POST /v1/properties', { name: '锦绣花园', hours });
  const propertyId = property.id as string;
  const staff = { owner } as Record<Role, Who>;
  for (const role of roles) {
    const member = await post(owner, 'POST /v1/staff', {
      name: role,
      email: `${role}@${name}.example`,
      roles: [role],
    });
    staff[role] = person(role, member.id);
  }
  const digestRoles: Role[] = dice.chance(0.3) ? ['supervisor'] : [];
  if (digestRoles.length > 0) {
    const day = new Date(cloud.world.now + 8 * 3_600_000).toISOString().slice(0, 10);
    await post(owner, 'PUT /v1/policy', { effectiveFrom: day, digest: { roles: digestRoles } });
  }
  const key = await post(owner, 'POST /v1/api-keys', { name: 'app', scopes: keyScopes });
  const standard = await post(staff.finance, 'POST /v1/fee-standards', monthlyFee(propertyId));
  const office: Office = {
    name,
    tenantId,
    propertyId,
    hours,
    staff,
    key: { kind: 'apiKey', id: key.id, tenantId, scopes: keyScopes },
    units: [],
    webhooks: [],
    digestRoles,
    standardId: standard.id,
  };
  for (let i = 1; i <= units; i++) {
    const areaM2 = 60 + 20 * i;
    const unit = await post(staff.desk, 'POST /v1/units', {
      propertyId,
      building: '1栋',
      number: `${i}01`,
      areaM2,
    });
    const payer = await post(staff.desk, 'POST /v1/customers', {
      unitId: unit.id,
      name: `业主${i}`,
      emails: i % 2 === 0 ? [] : [`payer${i}@${name}.example`],
    });
    await post(
      staff.finance,
      'PUT /v1/units/{id}/fees',
      { occupancies: [{ payerId: payer.id, role: 'owner', from: '2026-01-01' }] },
      { id: unit.id },
    );
    office.units.push({ id: unit.id, payerId: payer.id, monthly: areaM2 * 235 });
  }
  await post(
    staff.finance,
    'PUT /v1/properties/{id}/fees',
    { cash: true, runs: [{ cycle: 'month', day: 1, issue: true }] },
    { id: propertyId },
  );
  const hook = async (body: { url: string; events: string[]; kind?: string }) => {
    const since = cloud.world.now;
    const { id } = await post(owner, 'POST /v1/webhooks', body);
    const { pathname, search, hostname } = new URL(body.url);
    office.webhooks.push({
      id,
      path: pathname + search,
      host: body.kind ? '93.184.215.20' : hostname,
      kind: body.kind ?? 'webhook',
      events: body.events,
      since,
    });
  };
  await hook({ url: `https://93.184.215.14/${name}/all`, events: ['*'] });
  if (dice.chance(0.5)) {
    await hook({ url: `https://93.184.215.15:8443/${name}/some`, events: ['ticket.closed', 'obligation.*'] });
  }
  if (dice.chance(0.5)) {
    const url = `https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=${name}-${'0'.repeat(20)}`;
    await hook({ url, events: ['obligation.*', 'ticket.created'], kind: 'wecom' });
  }
  return office;
}
