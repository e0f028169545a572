import { deadline } from '@podkit/chassis/testing/deadline';
import { MemoryStore } from '../../src/backends/memory/memory-store.ts';
import { Engine } from '../../src/routing/engine.ts';
import { RouteStore } from '../../src/routing/route-store.ts';
import { RouteTable } from '../../src/routing/route-table.ts';
import type { Built } from '../../src/store/built.ts';
import type { RawRoute, RedisTarget } from '../../src/store/raw-route.ts';
import type { Key, Store } from '../../src/store/store.ts';

/** Stores by prefix of the key, first match first. */
export function prefixEngine(routes: readonly (readonly [prefix: string, built: Built])[]): Engine {
  const entries = routes.map(([prefix, built]) => ({
    rule: {
      store: built.store.info.name,
      why: prefix,
      takesKey: (key: Key) => key.startsWith(prefix),
      takesWrite: undefined,
    },
    built,
  }));
  const main = { store: new RouteStore('main', new RouteTable(entries)), raw: undefined };
  return new Engine({ stores: new Map([['main', main]]), redisStore: 'main' });
}

export const memoryRoute = (name = 'memory'): Built => ({
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
export const redisRoute = (port: number, store: Store, raw: Partial<RawRoute> = {}): Built => ({
  store,
  raw: { target: redisTarget(port), keyPrefix: '', near: undefined, ...raw },
});
