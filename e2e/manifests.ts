import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** The names of the patterns, one folder each. */
export const patterns = (): string[] => readdirSync(join(root, 'k8s', 'patterns')).toSorted();

/** A copy of k8s/ whose images are `<registry>/<name>:<tag>`; commands of a README run in its parent as in the root. */
export function copyManifests(registry: string, tag: string): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'podkit-e2e-'));
  cpSync(join(root, 'k8s'), join(folder, 'k8s'), { recursive: true });
  for (const file of ['k8s/base/kustomization.yaml', 'k8s/components/pattern/kustomization.yaml']) {
    const path = join(folder, file);
    const image = /\{ name: podkit\/([a-z-]+), newTag: [^ ]+ \}/g;
    const text = readFileSync(path, 'utf8');
    writeFileSync(
      path,
      text.replaceAll(image, `{ name: podkit/$1, newName: ${registry}/$1, newTag: ${JSON.stringify(tag)} }`),
    );
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
