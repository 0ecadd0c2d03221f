import type { Route } from '../../shared/http/route.ts';
import { settingsRoutes } from './settings.ts';
import { standardRoutes } from './standards.ts';
import { unitFeeRoutes } from './units.ts';

export const routes: Route[] = [...standardRoutes, ...settingsRoutes, ...unitFeeRoutes];
