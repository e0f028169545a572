import { messageOf } from '@podkit/chassis/errors';
import type { Logger } from '@podkit/chassis/log/logger';
import { readConfigFile } from './config/read-file.ts';
import { buildGeneration, type Makers } from './engine/generation.ts';
import type { LiveEngine } from './engine/live-engine.ts';

export type ReplaceOptions = { engine: LiveEngine; path: string | undefined; makers: Makers; log: Logger };

/**
 * Read the file and put its stores in place of those that are there; those that are not needed any more are closed.
 *
 * @throws {ConfigError} before anything has changed
 */
export function replaceStores({ engine, path, makers, log }: ReplaceOptions): void {
  const file = readConfigFile(path);
  const old = engine.replace(buildGeneration(file, makers, engine.generation));
  const kept = new Set([...engine.generation.stores.values()].map(({ store }) => store));
  for (const [name, { store }] of old.stores)
    if (!kept.has(store)) store.close().catch((error: unknown) => log.warn(`store ${name}: ${messageOf(error)}`));
}
