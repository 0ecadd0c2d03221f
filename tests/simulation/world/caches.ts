/**
 * What warm functions remember lies in maps of their modules, empty when the module is loaded. Those that are made while `during` loads
 * the functions are noted, so that a function that died, and a new run, begin cold.
 */
const remembered: { clear(): void }[] = [];

export async function noting<T>(during: () => Promise<T>): Promise<T> {
  const real = { Map, Set };
  const ours = () => /\/(functions|shared)\//.test(new Error().stack?.split('\n')[3] ?? '');
  class NotedMap<K, V> extends Map<K, V> {
    constructor(...args: [] | [Iterable<readonly [K, V]>]) {
      super(...(args as []));
      if (args.length === 0 && ours()) remembered.push(this);
    }
  }
  class NotedSet<V> extends Set<V> {
    constructor(...args: [] | [Iterable<V>]) {
      super(...(args as []));
      if (args.length === 0 && ours()) remembered.push(this);
    }
  }
  Object.assign(globalThis, { Map: NotedMap, Set: NotedSet });
  try {
    return await during();
  } finally {
    Object.assign(globalThis, real);
  }
}

export function coldStart(): void {
  for (const cache of remembered) cache.clear();
}
