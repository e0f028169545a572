// The first step of `npm start` and `npm test`: plain JavaScript for any Node from 20 on. It installs what is missing
// and hands over to the Node 24 that package-lock.json pins, so that both work as the first command after a clone.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const modules = join(root, 'node_modules');

/** True when the lock file is newer than what was installed from it, or nothing was. */
function isStale() {
  const marker = join(modules, '.package-lock.json');
  return !existsSync(marker) || statSync(join(root, 'package-lock.json')).mtimeMs > statSync(marker).mtimeMs + 1000;
}

if (isStale()) {
  console.log('Installing dependencies (npm install), once.');
  // Not `npm ci`: it refuses a lock file without the optional packages of other platforms, and npm can write those only
  // where the registry has them all. What the lock file has is installed exactly, and it is left as it is.
  const { status } = spawnSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}

const pinned = join(modules, '.bin', 'node');
const node = existsSync(pinned) ? pinned : process.execPath;
if (node === process.execPath && Number(process.versions.node.split('.')[0]) < 24) {
  console.error(
    `podkit needs Node 24; there is no pinned build for ${process.platform}-${process.arch}, and this is ${process.version}.`,
  );
  process.exit(2);
}
const env = { ...process.env, PATH: join(modules, '.bin') + delimiter + process.env.PATH };
const child = spawn(node, process.argv.slice(2), { stdio: 'inherit', env });
// A terminal sends Ctrl-C to the whole group, the child included; anything else reaches only us, so pass it on.
process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('close', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
