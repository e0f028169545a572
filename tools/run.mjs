// The first step of every npm script: plain JavaScript for any Node from 20 on. It installs what is missing, and hands over
// to the Node 24 that package-lock.json pins, so that each script works as the first command after a clone.
//   node tools/run.mjs services/app/src/main.ts --port=9000     a program of this repository
//   node tools/run.mjs biome check                              a program that npm installed
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const modules = join(root, 'node_modules');
const binaries = join(modules, '.bin');
const [program = '', ...words] = process.argv.slice(2);
/** From here on Node runs TypeScript without a flag or a warning, and knows every option that podkit gives it. */
const oldestNode = [24, 12];

/** @returns {never} */
function refuse(why) {
  console.error(`podkit: ${why}; see "Platforms" in README.md`);
  process.exit(2);
}

/** True when the lock file is newer than what was installed from it, or nothing was. */
function isStale() {
  const marker = join(modules, '.package-lock.json');
  return !existsSync(marker) || statSync(join(root, 'package-lock.json')).mtimeMs > statSync(marker).mtimeMs + 1000;
}

function isOld(version) {
  const [major, minor] = version.split('.').map(Number);
  return major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1]);
}

if (process.platform === 'win32') refuse('Windows has no signals such as SIGTERM; use WSL 2');
if (process.platform === 'linux' && process.report.getReport().header.glibcVersionRuntime === undefined)
  refuse('the Node and the PostgreSQL that npm brings need glibc, which this Linux does not have');

if (isStale()) {
  // Not on standard output, which is the program's.
  console.error('Installing dependencies (npm ci), once.');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['inherit', process.stderr, process.stderr],
  });
  if (status !== 0) process.exit(status ?? 1);
}

const pinned = join(binaries, 'node');
const node = existsSync(pinned) ? pinned : process.execPath;
if (node === process.execPath && isOld(process.versions.node))
  refuse(
    `npm has no Node 24 for ${process.platform}-${process.arch}: install ${oldestNode.join('.')} or newer (this is ${process.version})`,
  );

// `npm run` goes to the root. A path that is given to a service or a tool is meant from where the user is.
const cwd = program.startsWith('services/') ? (process.env.INIT_CWD ?? process.cwd()) : root;
const env = { ...process.env, PATH: binaries + delimiter + process.env.PATH };
const child = program.endsWith('.ts')
  ? spawn(node, [join(root, program), ...words], { stdio: 'inherit', env, cwd })
  : spawn(program, words, { stdio: 'inherit', env, cwd });
child.on('error', (error) => refuse(`cannot run ${program}: ${error.message}`));
// A terminal sends Ctrl-C to the whole group, the child included; anything else reaches only us, so pass it on.
process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('close', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
