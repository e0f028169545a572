import type { FileConfig, Spec, StoreSpec } from '../config/file-schema.ts';
import { listReferences } from '../config/references.ts';
import type { Generation } from '../routing/live-engine.ts';
import { RouteStore } from '../routing/route-store.ts';
import { RouteTable } from '../routing/route-table.ts';
import { compileRules } from '../routing/rules.ts';
import type { Built } from '../store/built.ts';
import type { OpenBackend } from './load-backends.ts';

/** All stores of one reading of the file, with what it says. */
export type ConfiguredStores = Generation & { file: FileConfig };

export type Makers = {
  openBackend: OpenBackend;
  /** Put a store's policies around it. */
  compose: (name: string, spec: StoreSpec, inner: Built, other: (name: string) => Built) => Built;
};

/**
 * Build every store of a file. A store whose part of the file is as before (and that of the stores it needs, too) is
 * reused, with its connections and what is in its memory.
 */
export function buildGeneration(file: FileConfig, makers: Makers, before?: ConfiguredStores): ConfiguredStores {
  const stores = new Map<string, Built>();
  const build = (name: string): Built => {
    const known = stores.get(name);
    if (known !== undefined) return known;
    const spec = file.stores[name];
    if (spec === undefined) throw new Error(`no store is named ${name}`);
    for (const { to } of listReferences(spec)) build(to);
    const built = reuse(name) ?? makers.compose(name, spec, backend(name, spec), build);
    stores.set(name, built);
    return built;
  };
  const reuse = (name: string): Built | undefined => {
    const same = JSON.stringify(before?.file.stores[name]) === JSON.stringify(file.stores[name]);
    const needs = listReferences(file.stores[name] ?? { driver: 'memory', maxBytes: 0, required: true, policies: [] });
    return same && needs.every(({ to }) => before?.stores.get(to) === stores.get(to))
      ? before?.stores.get(name)
      : undefined;
  };
  const backend = (name: string, spec: StoreSpec): Built =>
    spec.driver === 'route' ? buildRoute(name, spec, build) : makers.openBackend(name, spec);
  for (const name of Object.keys(file.stores)) build(name);
  return { stores, redisStore: file.redisStore ?? Object.keys(file.stores)[0] ?? '', file };
}

function buildRoute(name: string, spec: Spec<'route'>, build: (name: string) => Built): Built {
  const entries = compileRules(spec.rules).map((rule) => ({ rule, built: build(rule.store) }));
  return { store: new RouteStore(name, new RouteTable(entries)), raw: undefined };
}
