import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * `npm run bench -- PART [options]`: run one of the measurements in bench/. Without a part, name them. A program says in its
 * first comment how it is run; a file without such a line is a helper of others.
 */
const root = join(import.meta.dirname, '..');

/** Each part: how it is run, and its file. */
function findParts(): Map<string, { usage: string; file: string }> {
  const parts = new Map<string, { usage: string; file: string }>();
  for (const file of globSync('bench/**/*.ts', { cwd: root }).toSorted()) {
    const [usage, part] = /npm run bench -- ([\w/-]+)(?: \[.*\])?/.exec(readFileSync(join(root, file), 'utf8')) ?? [];
    if (usage !== undefined && part !== undefined) parts.set(part, { usage, file });
  }
  return parts;
}

const parts = findParts();
const [wanted = ''] = process.argv.splice(2, 1);
const part = parts.get(wanted);
if (part === undefined) {
  const list = [...parts.values()].map(({ usage }) => usage).join('\n');
  console[wanted === '' ? 'log' : 'error'](`${wanted === '' ? '' : `bench: there is no part ${wanted}\n`}${list}`);
  process.exit(wanted === '' ? 0 : 2);
}
await import(pathToFileURL(join(root, part.file)).href);
