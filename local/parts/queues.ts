import { servePart } from './part.ts';

export interface QueuesOptions {
  port: number;
  region: string;
  dir?: string;
}

/** When the next message of a queue becomes visible by time alone, and how many are visible now. */
export interface QueueState {
  ready: number;
  inFlight: number;
  /** Instants (ms) at which delayed and unacknowledged messages come (back), the earliest; none if there are none. */
  next?: number;
}

await servePart<QueuesOptions>(async (options) => {
  // Imported after the clock is in place.
  const { startFauxqs } = await import('fauxqs');
  const server = await startFauxqs({
    port: options.port,
    logger: false,
    defaultRegion: options.region,
    ...(options.dir ? { dataDir: options.dir } : {}),
  });
  return {
    ready: { port: server.port },
    methods: {
      createQueue: (name: string, attributes: Record<string, string>) => {
        server.createQueue(name, { attributes, region: options.region });
      },
      createBucket: (name: string) => {
        server.createBucket(name);
      },
      send: (name: string, body: string) => {
        server.sendMessage(name, body, { region: options.region });
      },
      state: (name: string): QueueState => {
        const messages = server.inspectQueue(name)?.messages;
        if (!messages) throw new Error(`no queue ${name}`);
        const times = [
          ...messages.delayed.map((message) => message.delayUntil ?? 0),
          ...messages.inflight.map((entry) => entry.visibilityDeadline),
        ];
        return {
          ready: messages.ready.length,
          inFlight: messages.inflight.length,
          ...(times.length > 0 ? { next: Math.min(...times) } : {}),
        };
      },
      bodies: (name: string) => {
        const messages = server.inspectQueue(name)?.messages;
        if (!messages) throw new Error(`no queue ${name}`);
        return [
          ...messages.ready,
          ...messages.delayed,
          ...messages.inflight.map((entry) => entry.message),
        ].map((message) => message.body);
      },
      stop: () => server.stop(),
    },
  };
});
