import type { Route } from '../../shared/http/route.ts';
import { customerRoutes } from './customers.ts';
import { importRoutes } from './fileKinds.ts';
import { lookRoutes } from './looks.ts';
import { propertyRoutes } from './properties.ts';
import { unitRoutes } from './units.ts';

export const routes: Route[] = [
  ...propertyRoutes,
  ...unitRoutes,
  ...customerRoutes,
  ...lookRoutes,
  ...importRoutes,
];
