import { describeError } from '@podkit/chassis/errors';
import type { Logger } from '@podkit/chassis/log/logger';
import type { FileConfig } from '../config/file-schema.ts';
import { readConfigFile } from '../config/read-file.ts';
import type { LiveEngine } from '../routing/live-engine.ts';
import { buildGeneration, type ConfiguredStores, type Makers } from './generation.ts';

export type ReplaceOptions = {
  engine: LiveEngine<ConfiguredStores>;
  path: string | undefined;
  makersFor: (file: FileConfig) => Promise<Makers>;
  log: Logger;
};

/**
 * Read the file and replace the stores by those that it names; stores that are no longer used are closed.
 *
 * @throws {ConfigError} before anything has changed
 */
export async function replaceStores({ engine, path, makersFor, log }: ReplaceOptions): Promise<void> {
  const file = readConfigFile(path);
  const makers = await makersFor(file);
  const old = engine.replace(buildGeneration(file, makers, engine.generation));
  const kept = new Set([...engine.generation.stores.values()].map(({ store }) => store));
  for (const [name, { store }] of old.stores)
    if (!kept.has(store)) store.close().catch((error: unknown) => log.warn(`store ${name}: ${describeError(error)}`));
}
