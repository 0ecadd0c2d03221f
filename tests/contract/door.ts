import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startFauxqs } from 'fauxqs';
import { openapiDocument } from '../../functions/meta/document.ts';
import { domains } from '../../functions/routes.ts';
import { documentText } from '../../scripts/openapi.ts';
import { type Answer, call, functionEnvironment, type Who } from '../integration/call.ts';
import { localTable, simulatedTable } from './table.ts';

export type Options = NonNullable<Parameters<typeof call>[3]>;
export type Door = Awaited<ReturnType<typeof openDoor>>;

/** The OpenAPI document as it is printed. */
export const printed = documentText();

/**
 * Every domain's handler behind one door, warm for as long as the file runs, on a table of its own, with queues and a bucket beside.
 * The table is one in memory unless Amazon's is asked for: what is asked here are questions of the door, by the thousand.
 */
export async function openDoor(on: 'simulated' | 'dynamodb-local' = 'simulated') {
  const table = await (on === 'simulated' ? simulatedTable() : localTable());
  const env = await functionEnvironment(table.name);
  const server = await startFauxqs({ port: 0, logger: false });
  server.createBucket('attachments');
  const queue = (name: string) => {
    server.createQueue(name);
    return `http://127.0.0.1:${server.port}/000000000000/${name}`;
  };
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_SQS: `http://127.0.0.1:${server.port}`,
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${server.port}`,
    REMINDERS_QUEUE_URL: queue('reminders'),
    DELIVERIES_QUEUE_URL: queue('deliveries'),
    BILLING_QUEUE_URL: queue('billing'),
    ATTACHMENTS_BUCKET: 'attachments',
    OUTBOUND_ALLOW_LOCAL: '1',
  });
  // The build puts the document beside the function, which keeps what it has read.
  const folder = mkdtempSync(join(tmpdir(), 'huifang-'));
  writeFileSync(join(folder, 'openapi.json'), printed);
  openapiDocument(pathToFileURL(join(folder, 'openapi.json')));
  rmSync(folder, { recursive: true });
  // Answers are judged by the printed document here, not by the shapes it is printed from.
  delete process.env.CHECK_RESPONSES;
  // biome-ignore lint/suspicious/noExplicitAny: handlers of every domain
  const handlers = new Map<string, any>();
  for (const [name, routes] of Object.entries(domains)) {
    const { handler } = await import(`../../functions/${name}/handler.ts`);
    for (const { method, path } of routes) handlers.set(`${method} ${path}`, handler);
  }
  return {
    tableName: table.name,
    /** Everything an office has in the table, in the order of its keys. */
    itemsOf: table.itemsOf,
    /** `ask(who, 'POST /v1/tickets/{id}/resolve', { params: { id }, body })` */
    ask: (who: Who | undefined, name: string, options: Options = {}): Promise<Answer> =>
      call(handlers.get(name), who, name, options),
    /** Puts a picture where attachments are. */
    upload: (key: string, data: Buffer) =>
      fetch(`http://127.0.0.1:${server.port}/attachments/${key}`, {
        method: 'PUT',
        headers: { 'content-type': 'image/png' },
        body: new Uint8Array(data),
      }),
    async close() {
      env.close();
      table.close();
      await server.stop();
    },
  };
}

export const operator: Who = { kind: 'operator', id: 'operator' };
