import { ConfigError } from '@podkit/chassis/config/config';
import { messageOf } from '@podkit/chassis/errors';
import type { Logger } from '@podkit/chassis/log/logger';
import { readConfigFile } from './config/read-file.ts';
import { buildGeneration, type Makers } from './engine/generation.ts';
import type { LiveEngine } from './engine/live-engine.ts';

export type ReloadOptions = { engine: LiveEngine; path: string | undefined; makers: Makers; log: Logger };

/** Read the file again and put its stores in place; a file with faults changes nothing. False then. */
export function reload({ engine, path, makers, log }: ReloadOptions): boolean {
  try {
    const file = readConfigFile(path);
    const old = engine.replace(buildGeneration(file, makers, engine.generation));
    const kept = new Set([...engine.generation.stores.values()].map(({ store }) => store));
    for (const [name, { store }] of old.stores)
      if (!kept.has(store)) store.close().catch((error: unknown) => log.warn(`store ${name}: ${messageOf(error)}`));
    log.info({ stores: Object.keys(file.stores) }, 'configuration read again');
    return true;
  } catch (error) {
    const faults = error instanceof ConfigError ? error.errors : [messageOf(error)];
    log.error({ faults }, 'the new configuration has faults; the old one stays');
    return false;
  }
}
