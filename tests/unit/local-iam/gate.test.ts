import { createServer, type Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { Clock } from '../../../local/clock.ts';
import { Gate, Iam } from '../../../local/iam/index.ts';
import { close, httpServer, listen, loopback } from '../../../local/net.ts';
import { Sts } from '../../../local/sts.ts';

const servers: Server[] = [];
let gate: Gate | undefined;
afterEach(async () => {
  await gate?.stop();
  for (const server of servers.splice(0)) await close(server);
});

/** A gate in front of a part that is nothing but `server`. */
async function inFrontOf(server: Server): Promise<Gate> {
  servers.push(server);
  const port = await listen(server, 0);
  gate = new Gate(new Sts(new Clock()), 'ap-southeast-1');
  await gate.start();
  gate.open(new Iam({ roles: new Map(), resources: new Map() }, () => undefined), {
    s3: `http://${loopback}:${port}`,
  });
  return gate;
}

describe('connections that are kept', () => {
  it('a part that ends one while a request is on its way is asked again on a new one', async () => {
    let requests = 0;
    const used = new WeakSet<object>();
    const { endpoint } = await inFrontOf(
      createServer((request, response) => {
        requests++;
        if (used.has(request.socket)) request.socket.destroy();
        else response.end('here');
        used.add(request.socket);
      }),
    );
    const ask = async () => (await fetch(`${endpoint}/bucket/key`, { method: 'OPTIONS' })).text();
    expect([await ask(), await ask()]).toEqual(['here', 'here']);
    expect(requests).toBe(3);
  });

  it('a part that ends a new one is not asked again', async () => {
    let requests = 0;
    const { endpoint } = await inFrontOf(
      createServer((request) => {
        requests++;
        request.socket.destroy();
      }),
    );
    await expect(fetch(`${endpoint}/bucket/key`, { method: 'OPTIONS' })).rejects.toThrow('fetch failed');
    expect(requests).toBe(1);
  });

  it('servers of the local cloud leave it to their clients when they end', () => {
    expect(httpServer(async () => undefined).keepAliveTimeout).toBe(0);
  });
});
