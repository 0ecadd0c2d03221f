import { expect, it } from 'vitest';
import { allRoutes } from '../../../functions/routes.ts';
import { openapi } from '../../../shared/http/openapi.ts';
import { contractLines } from '../../contract/approved.ts';

// Whoever changes the contract reads what of it has changed: `npm run record` writes the list anew.
it('the contract is the one that was read and found good, operation by operation', async () => {
  await expect(`${contractLines(openapi(allRoutes)).join('\n')}\n`).toMatchFileSnapshot('approved.txt');
});
