import type { Route } from '../../shared/http/route.ts';
import { apiKeyRoutes } from './apiKeys.ts';
import { peopleRoutes } from './people.ts';

export const routes: Route[] = [...peopleRoutes, ...apiKeyRoutes];
