import type { Spec, StoreSpec } from '../config/file-schema.ts';
import { bytesOf } from '../config/quantities.ts';
import type { Built } from '../engine/built.ts';
import type { RedisTarget } from '../engine/engine.ts';
import type { TrackChanges } from '../engine/near-cache.ts';
import { warnOfDemoPassword } from './demo-password.ts';
import { MemoryStore } from './memory/memory-store.ts';
import { openPostgres } from './postgres/open.ts';
import { openRedis } from './redis/open.ts';

export type DriverContext = { warn: (message: string) => void; track: (target: RedisTarget) => TrackChanges };

export type DriverSpec = Exclude<StoreSpec, Spec<'route'>>;

/**
 * A backend by its part of the file. It connects when first asked, so a backend that is down does not matter here.
 * `warn` hears of connections that fail, and of demo passwords; `track` hears of a Redis' changes.
 */
export function openDriver(name: string, spec: DriverSpec, { warn, track }: DriverContext): Built {
  if (spec.driver !== 'memory') warnOfDemoPassword(name, spec, warn);
  if (spec.driver === 'redis') return openRedis(name, spec, { warn, track });
  if (spec.driver === 'postgresql') return openPostgres(name, spec);
  const store = new MemoryStore({ name, maxBytes: bytesOf(spec.maxBytes) });
  return { store, raw: undefined, changes: { track: store.track, keyPrefix: '' } };
}
