import { glob } from 'node:fs/promises';
import { basename, isAbsolute, matchesGlob, resolve } from 'node:path';

/** The paths that match a glob now. A plain path matches itself, even if there is no file. */
export async function findPaths(pattern: string): Promise<string[]> {
  if (!/[*?[\]{}]/.test(pattern)) return [resolve(pattern)];
  const found: string[] = [];
  for await (const path of glob(pattern)) found.push(isAbsolute(path) ? path : resolve(path));
  return found.sort();
}

/** Whether a glob matches the whole path or, if the glob has no slash, the name. */
export function isExcluded(path: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) =>
    pattern.includes('/') ? matchesGlob(path, resolve(pattern)) : matchesGlob(basename(path), pattern),
  );
}
