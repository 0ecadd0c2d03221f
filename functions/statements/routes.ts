import type { Route } from '../../shared/http/route.ts';
import { mappingRoutes } from './mappings.ts';
import { statementRoutes } from './statements.ts';

export const routes: Route[] = [...mappingRoutes, ...statementRoutes];
