import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MemoryCgroup } from './runtimes/cgroup.ts';
import { requestPhp } from './runtimes/fast-cgi.ts';

// `sudo npm run bench -- downward-reader/runtimes`: run a program of each runtime with `exec` under real memory limits
// until its memory is full. Print the settings that `exec` made, the used share of the limit (anonymous memory), and whether the
// kernel killed the program. It needs root for the cgroup, and packages of Debian: gunicorn uvicorn puma php-fpm golang-go
// default-jdk-headless. It names what is missing. Debian has no .NET.
const mebibyte = 2 ** 20;
const limits = (process.argv[3] ?? '128,256,512,1024').split(',').map(Number);
const deadline = 60_000;
const programs = join(import.meta.dirname, 'runtimes');
const reader = join(import.meta.dirname, '..', '..', 'services', 'downward-reader', 'src', 'main.ts');
const work = mkdtempSync(join(tmpdir(), 'podkit-runtimes-'));
const phpFpm = readdirSync('/usr/sbin').find((name) => name.startsWith('php-fpm')) ?? 'php-fpm';
const php = { socket: join(work, 'fpm.sock'), config: join(work, 'fpm.conf') };

type Program = { name: string; runtime: string; needs: string; words: string[]; workers?: string };
const all: Program[] = [
  { name: 'node', runtime: 'node', needs: 'node', words: [process.execPath, join(programs, 'fill.cjs')] },
  {
    name: 'node cluster',
    runtime: 'node-cluster',
    needs: 'node',
    words: [process.execPath, join(programs, 'fill.cjs'), 'cluster'],
    workers: 'WEB_CONCURRENCY',
  },
  {
    name: 'gunicorn',
    runtime: 'gunicorn',
    needs: 'gunicorn',
    words: [
      'gunicorn',
      '--config',
      join(programs, 'fill.py'),
      '--chdir',
      programs,
      '--bind',
      `unix:${work}/gunicorn.sock`,
    ],
    workers: 'WEB_CONCURRENCY',
  },
  {
    name: 'uvicorn',
    runtime: 'uvicorn',
    needs: 'uvicorn',
    words: ['uvicorn', '--app-dir', programs, '--uds', `${work}/uvicorn.sock`, 'fill:asgi'],
    workers: 'WEB_CONCURRENCY',
  },
  {
    name: 'puma',
    runtime: 'puma',
    needs: 'puma',
    words: ['puma', '--config', join(programs, 'fill-puma.rb')],
    workers: 'WEB_CONCURRENCY',
  },
  {
    name: 'php-fpm',
    runtime: 'php-fpm',
    needs: phpFpm,
    words: [phpFpm, '--nodaemonize', '--allow-to-run-as-root', '--fpm-config', php.config],
    workers: 'PHP_FPM_PM_MAX_CHILDREN',
  },
  { name: 'go', runtime: 'go', needs: 'go', words: [join(work, 'fill')] },
  { name: 'jvm', runtime: 'jvm', needs: 'javac', words: ['java', '-cp', work, 'Fill'] },
];

const only = process.argv[2]?.split(',');
const isThere = (name: string) => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;
const chosen = all.filter(({ name }) => only === undefined || only.includes(name));
const missing = chosen.filter(({ needs }) => !isThere(needs));
try {
  build();
  console.log(`memory cgroup of ${limits.join(', ')} MiB; 2 CPUs`);
  for (const program of chosen.filter((one) => !missing.includes(one)))
    for (const limit of limits) console.log(await measure(program, limit));
  for (const { name, needs } of missing) console.log(`${name}: NOT RUN: no ${needs} on this machine`);
  console.log('dotnet: NOT RUN: .NET is not in Debian');
} finally {
  rmSync(work, { recursive: true, force: true });
}

function build(): void {
  if (isThere('go'))
    spawnSync('go', ['build', '-o', join(work, 'fill'), join(programs, 'fill.go')], {
      env: { ...process.env, GOCACHE: join(work, 'go'), GO111MODULE: 'off' },
      stdio: 'inherit',
    });
  if (isThere('javac')) spawnSync('javac', ['-d', work, join(programs, 'Fill.java')], { stdio: 'inherit' });
  const pool = [
    'pm = static',
    `pm.max_children = \${PHP_FPM_PM_MAX_CHILDREN}`,
    `listen = ${php.socket}`,
    'user = root',
    'group = root',
  ];
  const limit = `php_admin_value[memory_limit] = \${PHP_MEMORY_LIMIT}`;
  writeFileSync(php.config, `[global]\nerror_log = /dev/null\n[www]\n${pool.join('\n')}\n${limit}\nclear_env = no\n`);
}

async function measure(program: Program, limit: number): Promise<string> {
  for (const name of readdirSync(work).filter((one) => one.endsWith('.sock'))) rmSync(join(work, name));
  const cgroup = new MemoryCgroup(limit * mebibyte);
  const full = mkdtempSync(join(work, 'full-'));
  const env = environment(program.runtime, limit, full);
  const set = readSettings(program, env);
  // Puma's single mode is 0 workers.
  const workers = Math.max(1, Number(program.workers === undefined ? 1 : (set[program.workers] ?? 1)));
  const script = `echo $$ > ${cgroup.procs}; exec "$@"`;
  const words = ['-c', script, 'sh', process.execPath, reader, 'exec', '--', ...program.words];
  const child = spawn('sh', words, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  const requests: Socket[] = [];
  try {
    const used = await peak(cgroup, {
      child,
      full,
      workers,
      onStart: () => requests.push(...askPhp(program, workers)),
    });
    const state =
      cgroup.kills > 0
        ? `KILLED ${cgroup.kills}`
        : used.isFull || errors.includes('heap out of memory')
          ? 'no kill'
          : `NOT FULL: ${errors.slice(-300)}`;
    const share = Math.round((used.bytes / mebibyte / limit) * 100);
    return `${program.name.padEnd(13)} ${String(limit).padStart(5)} MiB  ${String(share).padStart(3)} % used  ${state}  ${brief(set)}`;
  } finally {
    for (const request of requests) request.destroy();
    await cgroup.close();
  }
}

type Run = { child: ChildProcess; full: string; workers: number; onStart: () => void };

async function peak(cgroup: MemoryCgroup, { child, full, workers, onStart }: Run) {
  const until = performance.now() + deadline;
  let bytes = 0;
  let asked = false;
  let isFull = false;
  while (performance.now() < until && child.exitCode === null && !isFull && cgroup.kills === 0) {
    await sleep(20);
    bytes = Math.max(bytes, cgroup.used);
    if (!asked && existsSync(php.socket)) {
      asked = true;
      onStart();
    }
    isFull = readdirSync(full).length >= workers;
  }
  await sleep(300);
  return { bytes: Math.max(bytes, cgroup.used), isFull };
}

function askPhp({ runtime }: Program, workers: number): Socket[] {
  if (runtime !== 'php-fpm') return [];
  return Array.from({ length: workers }, () => requestPhp(php.socket, join(programs, 'fill.php')));
}

/** The environment of `exec`, with the limits as a container sees them: cgroup v2 at the root of its namespace. */
function environment(runtime: string, limit: number, full: string): Record<string, string> {
  const root = join(full, '..', `cgroup-${limit}`);
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, 'memory.max'), String(limit * mebibyte));
  writeFileSync(join(root, 'cpu.max'), '200000 100000');
  const { PATH = '', HOME = '/root' } = process.env;
  return { PATH, HOME, FULL: full, DOWNWARD_CGROUP_ROOT: root, DOWNWARD_DIR: '/nowhere', DOWNWARD_RUNTIME: runtime };
}

function readSettings({ words }: Program, env: Record<string, string>): Record<string, string> {
  const { stdout } = spawnSync(process.execPath, [reader, 'exec', '--print', '--', ...words], {
    env,
    encoding: 'utf8',
  });
  return Object.fromEntries([...stdout.matchAll(/^([A-Z_a-z]+)='(.*)'$/gm)].map(([, name, value]) => [name, value]));
}

function brief(set: Record<string, string>): string {
  return Object.entries(set)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}
