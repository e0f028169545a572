import type { OpenDriver } from '../backends/load-backends.ts';
import type { FileConfig, Spec, StoreSpec } from '../config/file-schema.ts';
import { referencesOf } from '../config/references.ts';
import { RouteStore } from '../routing/route-store.ts';
import { RouteTable } from '../routing/route-table.ts';
import { compileRules } from '../routing/rules.ts';
import type { Built } from '../store/built.ts';

/** All stores of one reading of the file. */
export type Generation = {
  stores: ReadonlyMap<string, Built>;
  redisStore: string;
  file: FileConfig;
};

export type Makers = {
  openDriver: OpenDriver;
  /** Put a store's policies around it. */
  compose: (name: string, spec: StoreSpec, inner: Built, other: (name: string) => Built) => Built;
};

/**
 * Build every store of a file. A store whose part of the file is as before (and that of the stores it needs, too) is
 * taken over as it is, with its connections and what is in its memory.
 */
export function buildGeneration(file: FileConfig, makers: Makers, before?: Generation): Generation {
  const stores = new Map<string, Built>();
  const build = (name: string): Built => {
    const known = stores.get(name);
    if (known !== undefined) return known;
    const spec = file.stores[name];
    if (spec === undefined) throw new Error(`no store is named ${name}`);
    for (const { to } of referencesOf(spec)) build(to);
    const built = takenOver(name) ?? makers.compose(name, spec, backend(name, spec), build);
    stores.set(name, built);
    return built;
  };
  const takenOver = (name: string): Built | undefined => {
    const same = JSON.stringify(before?.file.stores[name]) === JSON.stringify(file.stores[name]);
    const needs = referencesOf(file.stores[name] ?? { driver: 'memory', maxBytes: 0, required: true, policies: [] });
    return same && needs.every(({ to }) => before?.stores.get(to) === stores.get(to))
      ? before?.stores.get(name)
      : undefined;
  };
  const backend = (name: string, spec: StoreSpec): Built =>
    spec.driver === 'route' ? routeOf(name, spec, build) : makers.openDriver(name, spec);
  for (const name of Object.keys(file.stores)) build(name);
  return { stores, redisStore: file.redisStore ?? Object.keys(file.stores)[0] ?? '', file };
}

function routeOf(name: string, spec: Spec<'route'>, build: (name: string) => Built): Built {
  const entries = compileRules(spec.rules).map((rule) => ({ rule, built: build(rule.store) }));
  return { store: new RouteStore(name, new RouteTable(entries)), raw: undefined };
}
