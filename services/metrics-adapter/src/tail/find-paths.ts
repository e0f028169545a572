import { glob } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';

/** The paths that a path or a glob stands for now; a plain path stands for itself, also where nothing is there. */
export async function findPaths(pattern: string): Promise<string[]> {
  if (!/[*?[\]{}]/.test(pattern)) return [resolve(pattern)];
  const found: string[] = [];
  for await (const path of glob(pattern)) found.push(isAbsolute(path) ? path : resolve(path));
  return found.sort();
}
