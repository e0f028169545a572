import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyManifests, type Replacement } from '../tools/image-set.ts';

const root = join(import.meta.dirname, '..');

/** The names of the patterns. Each is a folder. */
export const patterns = (): string[] => readdirSync(join(root, 'k8s', 'patterns')).toSorted();

/** Call `work` with a copy of k8s/ that uses other images. Commands of a README run in that folder as in the root. */
export async function withManifests<Result>(
  replace: (image: string) => Replacement,
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'podkit-manifests-'));
  try {
    copyManifests(folder, replace);
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
