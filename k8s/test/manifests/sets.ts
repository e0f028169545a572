import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from './manifest.ts';
import { type ManifestSet, manifestSet } from './manifest-set.ts';
import { type Renderer, render, renderWith } from './render.ts';
import { createdSecret } from './secret.ts';

const folder = join(import.meta.dirname, '..', '..');
const namesIn = (name: string) => readdirSync(join(folder, name)).toSorted();

/** Components that an overlay of the base may take; those of the patterns are in every pattern, the images in all. */
const options = namesIn('components').filter((name) => name !== 'images' && !name.startsWith('pattern'));

/** Whether an option changes what is there; the others only add to it, so that two of them cannot disturb each other. */
const changes = (name: string) =>
  readFileSync(join(folder, 'components', name, 'kustomization.yaml'), 'utf8').includes('\npatches:');

/** Two that take the place of the same server of the base exclude each other. */
const exclude = (first: string, second: string) => first === 'external-postgres' && second === 'postgres-replica';

/** Each option alone, and each that changes something with each other; all of them at once is an overlay. */
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

/** Everything that can be applied: the base, every overlay, every option, alone and beside one that changes something, every pattern. */
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
  // The base has no passwords: its Secret is made by create-secret before it.
  const secrets = (name: string) => (name.startsWith('patterns/') ? [] : [secret]);
  return await Promise.all(jobs.map(async ([name, job]) => manifestSet(name, [...(await job()), ...secrets(name)])));
}
