import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { freePort } from '@podkit/chassis/testing/free-port';
import { readMemory } from './cost.ts';
import { PlainGit } from './plain-git.ts';
import { change, makeRemote } from './remote.ts';

/*
 * Measure a large repository: the first pass until the link exists, beside plain git, and a change until the link moves.
 * Meanwhile call /livez all the time and sample the memory.
 * Usage: npm run bench -- git-sync/many-files [--files N] [--publish link|copy]
 */
const { values } = parseArgs({
  options: { files: { type: 'string', default: '50000' }, publish: { type: 'string', default: 'link' } },
});
const folder = mkdtempSync(join(tmpdir(), 'podkit-bench-git-sync-many-'));
const remote = join(folder, 'remote');
const root = join(folder, 'root');
const port = await freePort();
const link = join(root, 'x');
const main = join(import.meta.dirname, '..', '..', 'services', 'git-sync', 'src', 'main.ts');
const flags = [`--repo=file://${remote}`, '--ref=main', `--root=${root}`, '--link=x', '--period=100ms'];
const http = [`--http-bind=127.0.0.1:${port}`, `--publish=${values.publish}`];
const waits: number[] = [];
const over = new AbortController();
let peak = 0;

try {
  makeRemote(remote, Number(values.files));
  const git = new PlainGit(join(folder, 'plain'), remote);
  const plain = git.first().wall;
  const child = spawn(process.execPath, [main, ...flags, ...http], { stdio: 'ignore' });
  const pid = child.pid ?? 0;
  const watcher = watch(pid);
  try {
    const first = await timed(() => existsSync(link) && (values.publish === 'link' || isReady()));
    const settled = readMemory(pid);
    const before = published();
    change(remote, 'one more');
    const changed = await timed(() => published() !== before);
    console.log(
      `first pass until published: ${first.toFixed(0)} ms, git ${plain.toFixed(0)} ms, ratio ${(first / plain).toFixed(2)}`,
    );
    console.log(`change until published: ${changed.toFixed(0)} ms`);
    console.log(`files published: ${countFiles(link)}`);
    console.log(
      `memory: ${settled.toFixed(0)} MiB after the first pass, ${Math.max(peak, settled).toFixed(0)} MiB at most`,
    );
  } finally {
    over.abort();
    await watcher;
    child.kill();
  }
  waits.sort((a, b) => a - b);
  const at = (part: number) => waits[Math.floor((waits.length - 1) * part)]?.toFixed(1);
  console.log(
    `${waits.length} answers of /livez meanwhile: median ${at(0.5)} ms, 99 % within ${at(0.99)} ms, longest ${at(1)} ms`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Call /livez all the time. A blocked event loop answers late. */
async function watch(pid: number): Promise<void> {
  while (!over.signal.aborted) {
    const began = performance.now();
    const answered = await fetch(`http://127.0.0.1:${port}/livez`).then(
      (response) => response.status === 200,
      () => false,
    );
    if (answered) waits.push(performance.now() - began);
    peak = Math.max(peak, readMemory(pid));
    await sleep(10);
  }
}

async function timed(done: () => boolean | Promise<boolean>): Promise<number> {
  const began = performance.now();
  while (!(await done())) await sleep(2);
  return performance.now() - began;
}

async function isReady(): Promise<boolean> {
  return (await fetch(`http://127.0.0.1:${port}/`)).ok;
}

function published(): string {
  const pointer = values.publish === 'link' ? link : join(root, '.worktrees', '.copied');
  return readlinkSync(pointer);
}

function countFiles(path: string): number {
  return readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
}
