import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const readStores = (folder: string) =>
  parse(readFileSync(new URL(`../${folder}/ambassador.yaml`, import.meta.url), 'utf8'));

// kustomize replaces a whole file of a ConfigMap, so each component repeats the base's.
test.for([
  ['redis-cluster', 'cache'],
  ['postgres-replica', 'notes'],
] as const)('the component %s changes the store %s and nothing else of the ambassador', ([component, store]) => {
  const base = readStores('base/config');
  const changed = readStores(`components/${component}`);
  expect(changed.stores[store]).not.toEqual(base.stores[store]);
  changed.stores[store] = base.stores[store];
  expect(changed).toEqual(base);
});
