import { deadline } from '@podkit/chassis/testing/deadline';
import { MemoryStore } from '../../src/backends/memory/memory-store.ts';
import type { Engine, Route } from '../../src/routing/engine.ts';
import type { RawRoute, RedisTarget } from '../../src/store/raw-route.ts';
import type { Store } from '../../src/store/store.ts';

/** Routes by prefix of the key, first match first; the last one takes the rest. For tests of the endpoint alone. */
export function prefixEngine(routes: readonly (readonly [prefix: string, route: Route])[]): Engine {
  const last = routes.at(-1)?.[1];
  if (last === undefined) throw new Error('an engine needs a route');
  return {
    store: () => undefined,
    storeNames: () => [],
    redisStore: last.store,
    route: (key) => routes.find(([prefix]) => key.startsWith(prefix))?.[1] ?? last,
    routes: () => routes.map(([, route]) => route),
    onReload: () => () => undefined,
  };
}

export const memoryRoute = (name = 'memory'): Route => ({
  store: new MemoryStore({ name, maxBytes: 64 * 1024 * 1024 }),
  raw: undefined,
});

export const redisTarget = (port: number): RedisTarget => ({
  topology: { mode: 'single', host: '127.0.0.1', port },
  db: 0,
  login: () => ({}),
  tls: undefined,
  connectTimeout: deadline(1000),
  commandTimeout: deadline(2000),
});

/** A route whose commands go on to a Redis; what can't go raw is served by `store`. */
export const redisRoute = (port: number, store: Store, raw: Partial<RawRoute> = {}): Route => ({
  store,
  raw: { target: redisTarget(port), keyPrefix: '', near: undefined, ...raw },
});
