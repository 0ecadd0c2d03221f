import { createHash } from 'node:crypto';
import { openapi } from '../../../../shared/http/openapi.ts';
import type { Town } from '../../life/town.ts';
import { domains } from '../../service/functions.ts';

const hashOf = (value: unknown) =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 12);

/** What the document says of each operation, as a hash: whoever changes it sees which; the words are read in the document. */
export async function contract(town: Town): Promise<void> {
  for (const [fn, routes] of Object.entries(domains))
    for (const route of routes)
      await town.stage.step({
        fn,
        kind: 'contract',
        name: `contract of ${route.id}`,
        given: { route: route.id },
        work: async () => hashOf(openapi([route]).paths),
        again: 1000,
        done: () => true,
        answer: () => undefined,
      });
}
