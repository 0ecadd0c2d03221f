import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ENV, optionalEnv } from '../../shared/env.ts';

let document: Record<string, unknown> | undefined;

/**
 * The OpenAPI document as the build wrote it beside this function, with the address it is served under. Making it needs zod's
 * JSON Schema writer and every schema of the service: too heavy to bring along, and the same every time.
 */
export function openapiDocument(file = new URL('openapi.json', import.meta.url)): Record<string, unknown> {
  document ??= JSON.parse(readFileSync(fileURLToPath(file), 'utf8')) as Record<string, unknown>;
  const url = optionalEnv(ENV.publicUrl);
  return url === undefined ? document : { ...document, servers: [{ url }] };
}
