import type { FileConfig, Spec, StoreSpec } from '../config/file-schema.ts';
import type { RedisTarget } from '../routing/engine.ts';
import { bytesOf } from '../schema/quantities.ts';
import type { Built } from '../store/built.ts';
import type { TrackChanges } from '../store/near-cache.ts';
import { warnOfDemoPassword } from './demo-password.ts';
import { MemoryStore } from './memory/memory-store.ts';
import type * as Postgres from './postgres/open.ts';
import type * as Redis from './redis/open.ts';

export type DriverContext = { warn: (message: string) => void; track: (target: RedisTarget) => TrackChanges };

export type DriverSpec = Exclude<StoreSpec, Spec<'route'>>;

/** Open a backend by its part of the file. It connects when first asked, so a backend that is down does not matter here. */
export type OpenDriver = (name: string, spec: DriverSpec) => Built;

/**
 * Load the drivers that a file names, and say how to open them. The others are not loaded, since their client libraries take
 * memory (the README has the figures). `warn` hears of connections that fail, and of demo passwords; `track` hears of a
 * Redis' changes.
 */
export async function loadDrivers({ stores }: FileConfig, { warn, track }: DriverContext): Promise<OpenDriver> {
  const isNamed = (driver: DriverSpec['driver']) => Object.values(stores).some((spec) => spec.driver === driver);
  const openRedis: typeof Redis.openRedis = isNamed('redis')
    ? (await import('./redis/open.ts')).openRedis
    : refuseUnloaded;
  const openPostgres: typeof Postgres.openPostgres = isNamed('postgresql')
    ? (await import('./postgres/open.ts')).openPostgres
    : refuseUnloaded;
  return (name, spec) => {
    if (spec.driver === 'memory') return openMemory(name, spec);
    warnOfDemoPassword(name, spec, warn);
    return spec.driver === 'redis' ? openRedis(name, spec, { warn, track }) : openPostgres(name, spec);
  };
}

function refuseUnloaded(name: string): never {
  throw new Error(`the driver of store ${name} is not loaded`);
}

function openMemory(name: string, { maxBytes }: Spec<'memory'>): Built {
  const store = new MemoryStore({ name, maxBytes: bytesOf(maxBytes) });
  return { store, raw: undefined, changes: { track: store.track, keyPrefix: '' } };
}
