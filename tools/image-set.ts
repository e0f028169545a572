import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';

const root = join(import.meta.dirname, '..');

/** The registry and tag of what is built here, and the names of all images, as docker-bake.hcl has them. */
const bake = readFileSync(join(root, 'docker-bake.hcl'), 'utf8');
const readDefault = (variable: string) =>
  new RegExp(`^variable "${variable}" \\{ default = (.+) \\}$`, 'm').exec(bake)?.[1] ?? '';
export const registry = JSON.parse(readDefault('REGISTRY')) as string;
export const tag = JSON.parse(readDefault('VERSION')) as string;
export const imageNames = JSON.parse(readDefault('IMAGES')) as string[];

export const localImage = (name: string): string => `${registry}/${name}:${tag}`;

/** The image that replaces a local one: a name with a tag, or with a digest (`sha256:…`). */
export type Replacement = { newName: string; newTag: string } | { newName: string; digest: string };

type Component = { images: { name: string }[] };

/** Copy k8s/ into a folder, with other images in the one component that names them. */
export function copyManifests(folder: string, replacementOf: (image: string) => Replacement): void {
  cpSync(join(root, 'k8s'), join(folder, 'k8s'), { recursive: true });
  const path = join(folder, 'k8s', 'components', 'images', 'kustomization.yaml');
  const component = parse(readFileSync(path, 'utf8')) as Component;
  const images = component.images.map((image) => {
    const [prefix, name = ''] = image.name.split('/');
    return prefix === registry ? { name: image.name, ...replacementOf(name) } : image;
  });
  writeFileSync(path, stringify({ ...component, images }));
}
