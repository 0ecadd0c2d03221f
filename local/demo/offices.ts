import { keyScopes } from '../../shared/access.ts';
import type { Cloud } from '../cloud.ts';
import { Client } from './client.ts';

/** One password for everybody: these people exist on this machine only. */
const password = 'Huifang-2026!';

export interface Login {
  email: string;
  password: string;
  role: string;
}

export interface Office {
  name: string;
  slug: string;
  tenantId: string;
  propertyId: string;
  key: string;
  logins: Login[];
}

interface Person {
  name: string;
  login: string;
  role: 'owner' | 'manager' | 'supervisor' | 'desk' | 'engineer';
}

const people: Person[] = [
  { name: '钱总', login: 'owner', role: 'owner' },
  { name: '王经理', login: 'manager', role: 'manager' },
  { name: '李主管', login: 'supervisor', role: 'supervisor' },
  { name: '小张', login: 'desk', role: 'desk' },
  { name: '赵师傅', login: 'engineer', role: 'engineer' },
];

const houses = [
  { slug: 'jinxiu', name: '锦绣物业', property: '锦绣花园' },
  { slug: 'wangjiang', name: '望江物业', property: '望江公寓' },
];

const address = (slug: string, login: string) => `${login}@${slug}.example`;

/** Somebody of an office, ready to call the API. */
export const person = (cloud: Cloud, office: Office, login: string): Client =>
  Client.person(cloud, address(office.slug, login), password);

/** Onboards two offices as an operator would: office, people, a property, an API key. */
export async function makeOffices(
  cloud: Cloud,
): Promise<{ operator: Login; offices: Office[]; staff: Map<string, string> }> {
  const operator: Login = { email: 'operator@huifang.example', password, role: 'operator' };
  await cloud.addUser(operator.email, password, { groups: ['operators'] });
  const host = Client.person(cloud, operator.email, password);
  const staff = new Map<string, string>();
  const offices: Office[] = [];
  for (const { slug, name, property } of houses) {
    const [owner, ...others] = people;
    if (!owner) throw new Error('an office needs an owner');
    for (const { login } of people) await cloud.addUser(address(slug, login), password);
    const tenant = await host.post('/operator/v1/tenants', {
      slug,
      name,
      owner: { name: owner.name, email: address(slug, owner.login) },
    });
    const boss = Client.person(cloud, address(slug, owner.login), password);
    for (const { name: called, login, role } of others) {
      const made = await boss.post('/v1/staff', { name: called, email: address(slug, login), roles: [role] });
      staff.set(address(slug, login), made.id);
    }
    const { id: propertyId } = await boss.post('/v1/properties', { name: property });
    const { key = '' } = await boss.post('/v1/api-keys', { name: '业主 App', scopes: keyScopes });
    const logins = people.map(({ login, role }) => ({ email: address(slug, login), password, role }));
    offices.push({ name, slug, tenantId: tenant.id, propertyId, key, logins });
  }
  return { operator, offices, staff };
}
