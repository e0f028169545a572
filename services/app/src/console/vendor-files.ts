import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PodkitError } from '@podkit/chassis/errors';

/** The libraries of the console's page: the name under `vendor/`, and the file within the package. */
const published = {
  'preact.mjs': ['preact', 'dist/preact.mjs'],
  'preact-hooks.mjs': ['preact', 'hooks/dist/hooks.mjs'],
  'htm.mjs': ['htm', 'dist/htm.mjs'],
  'uplot.js': ['uplot', 'dist/uPlot.iife.min.js'],
  'uplot.css': ['uplot', 'dist/uPlot.min.css'],
} as const;

/** Where those files are in node_modules. */
export function vendorFiles(): { name: string; path: string }[] {
  return Object.entries(published).map(([name, [library, file]]) => ({ name, path: join(findFolder(library), file) }));
}

function findFolder(library: string): string {
  const paths = createRequire(import.meta.url).resolve.paths(library) ?? [];
  const found = paths.map((folder) => join(folder, library)).find((folder) => existsSync(join(folder, 'package.json')));
  if (found === undefined) throw new PodkitError('ERR_NOT_INSTALLED', `${library} is not installed`);
  return found;
}
