import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from './manifest.ts';
import { type ManifestSet, manifestSet } from './manifest-set.ts';
import { type Renderer, render, renderWith } from './render.ts';
import { createdSecret } from './secret.ts';

const folder = join(import.meta.dirname, '..', '..');
const namesIn = (name: string) => readdirSync(join(folder, name)).toSorted();

/** The components that an overlay of the base may use: not those of the patterns, and not `images`, which every set has. */
const options = namesIn('components').filter((name) => name !== 'images' && !name.startsWith('pattern'));

/** Whether an option patches objects. Options that only add objects cannot disturb each other. */
const changes = (name: string) =>
  readFileSync(join(folder, 'components', name, 'kustomization.yaml'), 'utf8').includes('\npatches:');

/** Whether two options exclude each other, because both replace the same server of the base. */
const exclude = (first: string, second: string) => first === 'external-postgres' && second === 'postgres-replica';

/** Each option alone, and each pair of which one patches objects. An overlay has all of them at once. */
const combinations = options.flatMap((first, at) => [
  [first],
  ...options
    .slice(at + 1)
    .filter((second) => (changes(first) || changes(second)) && !exclude(first, second))
    .map((second) => [first, second]),
]);

const applied = [
  'base',
  ...namesIn('overlays').map((name) => `overlays/${name}`),
  ...namesIn('patterns').map((name) => `patterns/${name}`),
];

/** Render everything that can be applied: the base, every overlay, every pattern, and the combinations of options. */
export async function renderAll(renderer: Renderer): Promise<ManifestSet[]> {
  const jobs: [string, () => Promise<Manifest[]>][] = [
    ...applied.map((name): [string, () => Promise<Manifest[]>] => [name, () => render(renderer, join(folder, name))]),
    ...combinations.map((names): [string, () => Promise<Manifest[]>] => [
      `base+${names.join('+')}`,
      () =>
        renderWith(
          renderer,
          join(folder, 'base'),
          names.map((name) => join(folder, 'components', name)),
        ),
    ]),
  ];
  const { secret } = await createdSecret();
  // The base has no passwords. create-secret creates its Secret.
  const secrets = (name: string) => (name.startsWith('patterns/') ? [] : [secret]);
  return await Promise.all(jobs.map(async ([name, job]) => manifestSet(name, [...(await job()), ...secrets(name)])));
}
