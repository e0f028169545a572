import { ConfigError } from '@podkit/chassis/config/config';
import { describeError } from '@podkit/chassis/errors';
import type { Logger } from '@podkit/chassis/log/logger';
import type { FileConfig, Spec, StoreSpec } from '../config/file-schema.ts';
import { listReferences, readConfigFile } from '../config/read-file.ts';
import type { Engine, Generation } from '../routing/engine.ts';
import { RouteStore } from '../routing/route-store.ts';
import { RouteTable } from '../routing/route-table.ts';
import { compileRules } from '../routing/rules.ts';
import type { Built } from '../store/built.ts';
import type { OpenBackend } from './load-backends.ts';

/** The stores that were built from the file, and its content. */
export type ConfiguredStores = Generation & { file: FileConfig };

export type Makers = {
  openBackend: OpenBackend;
  /** Put a store's policies around it. */
  compose: (name: string, spec: StoreSpec, inner: Built, other: (name: string) => Built) => Built;
};

/**
 * Build every store of a file. A store is reused, with its connections and its memory, if neither its part of the file nor
 * that of a store that it needs has changed. If a store cannot be built, the new ones are closed.
 */
export function buildGeneration(file: FileConfig, makers: Makers, before?: ConfiguredStores): ConfiguredStores {
  const stores = new Map<string, Built>();
  const build = (name: string): Built => {
    const known = stores.get(name);
    if (known !== undefined) return known;
    const spec = file.stores[name];
    if (spec === undefined) throw new ConfigError([`no store is named ${name}`]);
    for (const { to } of listReferences(spec)) build(to);
    const built = reuse(name, spec) ?? makers.compose(name, spec, backend(name, spec), build);
    stores.set(name, built);
    return built;
  };
  const reuse = (name: string, spec: StoreSpec): Built | undefined => {
    const same = JSON.stringify(before?.file.stores[name]) === JSON.stringify(spec);
    const needs = listReferences(spec);
    return same && needs.every(({ to }) => before?.stores.get(to) === stores.get(to))
      ? before?.stores.get(name)
      : undefined;
  };
  const backend = (name: string, spec: StoreSpec): Built =>
    spec.driver === 'route' ? buildRoute(name, spec, build) : makers.openBackend(name, spec);
  try {
    for (const name of Object.keys(file.stores)) build(name);
  } catch (error) {
    for (const [name, { store }] of stores)
      if (before?.stores.get(name)?.store !== store) store.close().catch(() => undefined);
    throw error;
  }
  return { stores, redisStore: file.redisStore ?? Object.keys(file.stores)[0] ?? '', file };
}

function buildRoute(name: string, spec: Spec<'route'>, build: (name: string) => Built): Built {
  const entries = compileRules(spec.rules).map((rule) => ({ rule, built: build(rule.store) }));
  return { store: new RouteStore(name, new RouteTable(entries)), raw: undefined };
}

type ReplaceOptions = {
  engine: Engine<ConfiguredStores>;
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
