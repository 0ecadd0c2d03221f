import type { Route } from '../shared/http/route.ts';
import { routes as audit } from './audit/routes.ts';
import { routes as billing } from './billing/routes.ts';
import { routes as bills } from './bills/routes.ts';
import { routes as catalogue } from './catalogue/routes.ts';
import { routes as confirm } from './confirm/routes.ts';
import { routes as dunning } from './dunning/routes.ts';
import { routes as fees } from './fees/routes.ts';
import { routes as meta } from './meta/routes.ts';
import { routes as notices } from './notices/routes.ts';
import { routes as obligations } from './obligations/routes.ts';
import { routes as offices } from './offices/routes.ts';
import { routes as payments } from './payments/routes.ts';
import { routes as policy } from './policy/routes.ts';
import { routes as privacy } from './privacy/routes.ts';
import { routes as readings } from './readings/routes.ts';
import { routes as reports } from './reports/routes.ts';
import { routes as services } from './services/routes.ts';
import { routes as staff } from './staff/routes.ts';
import { routes as statements } from './statements/routes.ts';
import { routes as tenants } from './tenants/routes.ts';
import { routes as tickets } from './tickets/routes.ts';
import { routes as webhooks } from './webhooks/routes.ts';

/** Every domain and its routes: a new domain is one line here. */
export const domains: Record<string, Route[]> = {
  audit,
  billing,
  bills,
  catalogue,
  confirm,
  dunning,
  fees,
  meta,
  notices,
  obligations,
  offices,
  payments,
  policy,
  privacy,
  readings,
  reports,
  services,
  staff,
  statements,
  tenants,
  tickets,
  webhooks,
};

export const allRoutes: Route[] = Object.values(domains).flat();
