import { existsSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { vendorFiles } from './vendor-files.ts';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The page's files by the path under which they are served. No other path is ever read. */
export function consoleFiles(folder: string): Map<string, { path: string; type: string }> {
  const own = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(
    (name) => [name, join(folder, name)] as const,
  );
  // An image has copies beside the page (tools/build.ts); in the source tree they are in node_modules.
  const vendor = existsSync(join(folder, 'vendor'))
    ? []
    : vendorFiles().map(({ name, path }) => [`vendor/${name}`, path] as const);
  const files = new Map<string, { path: string; type: string }>();
  for (const [name, path] of [...own, ...vendor]) {
    const type = types[extname(name)];
    if (type !== undefined) files.set(name, { path, type });
  }
  const index = files.get('index.html');
  if (index !== undefined) files.set('', index);
  return files;
}
