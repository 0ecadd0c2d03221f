import * as z from 'zod/mini';

export const Health = z.strictObject({ status: z.literal('ok'), version: z.string() });

/** The document speaks for itself; its own shape is OpenAPI's business. */
export const OpenApiDocument = z.looseObject({
  openapi: z.string(),
  info: z.looseObject({ title: z.string(), version: z.string() }),
  paths: z.record(z.string(), z.unknown()),
});
