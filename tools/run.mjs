// The first step of every npm script: plain JavaScript for any Node from 20 on. It installs what is missing, and hands over
// to the Node 24 that package-lock.json pins, so that each script works as the first command after a clone.
//   node tools/run.mjs services/app/src/main.ts --port=9000     a program of this repository
//   node tools/run.mjs biome check                              a program that npm installed
//   node tools/run.mjs --watch services/app/src/main.ts         with an option for Node in front
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const modules = join(root, 'node_modules');
const binaries = join(modules, '.bin');
const given = process.argv.slice(2);
const first = given.findIndex((word) => !word.startsWith('-'));
const nodeOptions = given.slice(0, Math.max(first, 0));
const [program = '', ...words] = given.slice(nodeOptions.length);
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

/** What runs: npm, then the program. */
let child;
// One signal may arrive several times: a terminal or `timeout` sends it to the whole process group, and npm passes it on too. The
// child is in a group of its own, and gets it once, from here. A signal more than a second later is a second one.
const last = new Map();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    const isCopy = performance.now() - (last.get(signal) ?? Number.NEGATIVE_INFINITY) < 1000;
    last.set(signal, performance.now());
    if (!isCopy) child?.kill(signal);
  });
}
// npm passes a signal on only to the shell between it and us. The shell dies of it, and our parent is another process then.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) child?.kill('SIGTERM');
}, 1000).unref();
// A closed terminal or pipe; the program below notices by itself.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

if (isStale()) {
  const status = await install();
  if (status !== 0) process.exit(status);
}

/** Run npm ci, with a line that says how long it takes; on standard error, since standard output is the program's. */
async function install() {
  const began = performance.now();
  const what = () => `Installing dependencies (npm ci), once: ${Math.round((performance.now() - began) / 1000)} s`;
  const isTerminal = process.stderr.isTTY;
  process.stderr.write(`${what()}${isTerminal ? '' : '\n'}`);
  const timer = isTerminal ? setInterval(() => process.stderr.write(`\r${what()}`), 1000) : undefined;
  const options = ['--no-audit', '--no-fund', '--no-progress', '--loglevel=error'];
  child = spawn('npm', ['ci', ...options], { cwd: root, stdio: ['ignore', 2, 2], detached: true });
  const [code, signal] = await once(child, 'close').catch((error) => refuse(`cannot run npm: ${error.message}`));
  clearInterval(timer);
  process.stderr.write(`${isTerminal ? '\r' : ''}${what()}\n`);
  return code ?? 128 + constants.signals[signal];
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
const options = { stdio: 'inherit', env, cwd, detached: true };
child = program.endsWith('.ts')
  ? await start(node, [...nodeOptions, join(root, program), ...words])
  : await start(program, words);
child.on('error', (error) => refuse(`cannot run ${program}: ${error.message}`));
child.on('close', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));

/**
 * Start a program. The kernel refuses one that is still open for writing (ETXTBSY), which was seen right after npm had
 * written it on a busy machine: it is tried again for five seconds.
 */
async function start(path, args) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return spawn(path, args, options);
    } catch (error) {
      if (error.code !== 'ETXTBSY' || attempt === 50) refuse(`cannot run ${path}: ${error.message}`);
      if (attempt === 1) console.error(`podkit: ${path} is still being written; trying again`);
      await sleep(100);
    }
  }
}
