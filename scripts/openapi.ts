import { writeFileSync } from 'node:fs';
import { allRoutes } from '../functions/routes.ts';
import { openapi } from '../shared/http/openapi.ts';

/* The OpenAPI 3.1 document, printed or (with a file name) written: `npm run openapi -- openapi.json`. */

/** The document of all routes, as text. */
export const documentText = (): string => `${JSON.stringify(openapi(allRoutes), null, 2)}\n`;

export const writeDocument = (file: string): void => writeFileSync(file, documentText());

if (import.meta.main) {
  const file = process.argv[2];
  if (file === undefined) process.stdout.write(documentText());
  else writeDocument(file);
}
