import { glob } from 'node:fs/promises';
import { basename, isAbsolute, matchesGlob, resolve } from 'node:path';

/** The paths that a path or a glob stands for now; a plain path stands for itself, also where nothing is there. */
export async function findPaths(pattern: string): Promise<string[]> {
  if (!/[*?[\]{}]/.test(pattern)) return [resolve(pattern)];
  const found: string[] = [];
  for await (const path of glob(pattern)) found.push(isAbsolute(path) ? path : resolve(path));
  return found.sort();
}

/** Whether one of the globs matches: the whole path, or its last part where the glob has no slash. */
export function isExcluded(path: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) =>
    pattern.includes('/') ? matchesGlob(path, resolve(pattern)) : matchesGlob(basename(path), pattern),
  );
}
