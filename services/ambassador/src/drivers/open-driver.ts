import type { Spec, StoreSpec } from '../config/file-schema.ts';
import { bytesOf } from '../config/quantities.ts';
import type { Built } from '../engine/built.ts';
import { warnOfDemoPassword } from './demo-password.ts';
import { MemoryStore } from './memory/memory-store.ts';
import { openPostgres } from './postgres/open.ts';
import { openRedis } from './redis/open.ts';

export type DriverSpec = Exclude<StoreSpec, Spec<'route'>>;

/**
 * A backend by its part of the file. It connects when first asked, so a backend that is down does not matter here.
 * `warn` hears of connections that fail, and of demo passwords.
 */
export function openDriver(name: string, spec: DriverSpec, warn: (message: string) => void): Built {
  if (spec.driver !== 'memory') warnOfDemoPassword(name, spec, warn);
  if (spec.driver === 'redis') return openRedis(name, spec, warn);
  if (spec.driver === 'postgresql') return openPostgres(name, spec);
  return { store: new MemoryStore({ name, maxBytes: bytesOf(spec.maxBytes) }), raw: undefined };
}
