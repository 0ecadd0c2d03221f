import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { close, httpServer, listen, readBody } from '../../../local/net.ts';

afterEach(() => vi.restoreAllMocks());

describe('a server of the local cloud', () => {
  it('says nothing of a caller who hangs up while sending, and goes on', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const read = Promise.withResolvers<void>();
    const server = httpServer(async (request, response) => {
      try {
        response.end(await readBody(request));
      } finally {
        read.resolve();
      }
    });
    const port = await listen(server, 0);
    const caller = connect(port, '127.0.0.1');
    caller.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"a"');
    await once(server, 'request');
    caller.destroy();
    await read.promise;
    const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: 'whole' });
    expect(await answer.text()).toBe('whole');
    expect(said).not.toHaveBeenCalled();
    await close(server);
  });

  it('tells what failed, and answers 500', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const server = httpServer(async () => {
      throw new Error('broken');
    });
    const port = await listen(server, 0);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(500);
    expect(said).toHaveBeenCalledOnce();
    await close(server);
  });
});
