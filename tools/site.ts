import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root, trackedFiles } from './doc-commands.ts';

/** `npm run site [-- dev]`: build the documentation as a site into docs/.vitepress/dist and check its links, or serve it. */
const folder = join(root, 'docs');
const staged = join(folder, '.vitepress/pages');

// Vue is found only from below the folder that has the site's packages, so the pages are copied to there.
rmSync(staged, { recursive: true, force: true });
for (const path of trackedFiles('*.md', '*.svg', '*.png')) cpSync(join(root, path), join(staged, path));

const installed = join(folder, 'node_modules/.package-lock.json');
const lock = join(folder, 'package-lock.json');
if (!existsSync(installed) || statSync(lock).mtimeMs > statSync(installed).mtimeMs)
  run(['ci', '--no-audit', '--no-fund', '--ignore-scripts']);
if (process.argv[2] === 'dev') run(['run', 'dev']);
else {
  run(['run', 'build']);
  run(['run', 'check']);
}

function run(words: string[]): void {
  const { status } = spawnSync('npm', words, { cwd: folder, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
