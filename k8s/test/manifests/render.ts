import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { findOnPath } from '@podkit/chassis/process/programs';
import { parseAllDocuments } from 'yaml';
import type { Manifest } from './manifest.ts';

const run = promisify(execFile);

/** The commands that render manifests: kubectl contains kustomize, which is also a program of its own. */
const renderers = [
  ['kubectl', 'kustomize'],
  ['kustomize', 'build'],
] as const;

export type Renderer = (typeof renderers)[number];

/** The first renderer on the PATH, or undefined. */
export const findRenderer = (path = process.env.PATH ?? ''): Renderer | undefined =>
  renderers.find(([program]) => findOnPath(program, path) !== undefined);

export const howToInstall =
  'the manifests are rendered by kubectl or kustomize, and neither is on the PATH: https://kubernetes.io/docs/tasks/tools/';

/** The objects that `kubectl apply -k folder` would send. @throws with the renderer's error */
export async function render([program, verb]: Renderer, folder: string): Promise<Manifest[]> {
  const { stdout } = await run(program, [verb, folder], { maxBuffer: 2 ** 26 });
  return parseAllDocuments(stdout).map((document) => document.toJS() as Manifest);
}

/** Render a base with a combination of components that has no overlay. */
export async function renderWith(renderer: Renderer, base: string, components: readonly string[]): Promise<Manifest[]> {
  const folder = await mkdtemp(join(tmpdir(), 'podkit-render-'));
  try {
    const here = join(folder, 'overlay');
    await mkdir(here);
    const kustomization = {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: [relative(here, base)],
      namespace: 'podkit',
      components: components.map((component) => relative(here, component)),
    };
    await writeFile(join(here, 'kustomization.yaml'), JSON.stringify(kustomization));
    return await render(renderer, here);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
