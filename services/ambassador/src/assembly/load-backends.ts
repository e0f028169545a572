import { PodkitError } from '@podkit/chassis/errors';
import { warnAboutDemoPassword } from '../backends/demo-password.ts';
import { MemoryStore } from '../backends/memory/memory-store.ts';
import type { MemorySpec } from '../backends/memory/schema.ts';
import type { BackendContext } from '../backends/redis/open.ts';
import type { FileConfig, Spec, StoreSpec } from '../config/file-schema.ts';
import type { Built } from '../store/built.ts';

export type BackendSpec = Exclude<StoreSpec, Spec<'route'>>;

/** Open a backend by its part of the file. It connects on first use, so a backend that is down is not an error here. */
export type OpenBackend = (name: string, spec: BackendSpec) => Built;

/**
 * Load the backends that a file names, and return the function that opens one. The others are not loaded, since their client
 * libraries take memory (the README has the figures). `warn` is called for connections that fail and for demo passwords;
 * `track` reports the changes of a Redis.
 */
export async function loadBackends({ stores }: FileConfig, { warn, track }: BackendContext): Promise<OpenBackend> {
  const isNamed = (driver: BackendSpec['driver']) => Object.values(stores).some((spec) => spec.driver === driver);
  const { openRedis } = isNamed('redis') ? await import('../backends/redis/open.ts') : { openRedis: refuseUnloaded };
  const { openPostgres } = isNamed('postgresql')
    ? await import('../backends/postgres/open.ts')
    : { openPostgres: refuseUnloaded };
  return (name, spec) => {
    if (spec.driver === 'memory') return openMemory(name, spec);
    warnAboutDemoPassword(name, spec, warn);
    return spec.driver === 'redis' ? openRedis(name, spec, { warn, track }) : openPostgres(name, spec);
  };
}

function refuseUnloaded(name: string): never {
  throw new PodkitError('ERR_NOT_LOADED', `the backend of store ${name} is not loaded`);
}

function openMemory(name: string, { maxBytes }: MemorySpec): Built {
  const store = new MemoryStore({ name, maxBytes });
  return { store, raw: undefined, changes: { track: store.track, keyPrefix: '' } };
}
