import { api } from '../../shared/http/api.ts';
import { routes } from './routes.ts';

export const handler = api(routes);
