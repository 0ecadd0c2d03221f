import type { Route } from '../../shared/http/route.ts';
import { propertyRoutes } from './properties.ts';

export const routes: Route[] = [...propertyRoutes];
