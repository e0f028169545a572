import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { freePort } from '../../packages/chassis/testing/free-port.ts';
import { cpuOf, memoryOf } from './cost.ts';
import { makeRemote } from './remote.ts';

/*
 * Memory and processor time, its gits included, of a git-sync that finds nothing new every second: from sources, as the bundle
 * in the image, and upstream's where --upstream names it, beside a Node that does nothing.
 * Usage: npm run bench -- git-sync/idle [--seconds N] [--upstream PATH]
 */
const { values } = parseArgs({ options: { seconds: { type: 'string', default: '10' }, upstream: { type: 'string' } } });
const project = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'podkit-bench-git-sync-idle-'));
const remote = join(folder, 'remote');
const node = process.execPath;
const bundle = [node, join(project, 'dist', 'git-sync', 'src', 'main.js')];
const subjects: [name: string, command: string[]][] = [
  ['ours, the bundle in the image', bundle],
  ['ours, from sources', [node, join(project, 'services', 'git-sync', 'src', 'main.ts')]],
];
if (values.upstream !== undefined) subjects.push(['upstream', [values.upstream]]);

try {
  execFileSync(node, [join(project, 'tools', 'build.ts'), 'git-sync'], { stdio: 'ignore' });
  makeRemote(remote, 100);
  console.log(`node alone: ${await costOf([node, '-e', 'setInterval(() => undefined, 1000)'])}`);
  for (const [name, command] of subjects) {
    await show(name, command, []);
    await show(`${name}, with metrics`, command, [`--http-bind=127.0.0.1:${await freePort()}`, '--http-metrics']);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function show(name: string, command: string[], flags: string[]): Promise<void> {
  const root = mkdtempSync(join(folder, 'root-'));
  const source = [`--repo=file://${remote}`, '--ref=main', `--root=${root}`, '--link=x', '--period=1s'];
  console.log(`${name}: ${await costOf([...command, ...source, ...flags])}`);
}

/** The start is left out of the processor time: three seconds are ample for the first pass. */
async function costOf([program = '', ...args]: string[]): Promise<string> {
  const child = spawn(program, args, { stdio: 'ignore' });
  const pid = child.pid ?? 0;
  await sleep(3000);
  const before = cpuOf(pid);
  await sleep(Number(values.seconds) * 1000);
  if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}`);
  const perSecond = (cpuOf(pid) - before) / Number(values.seconds);
  const memory = memoryOf(pid);
  child.kill();
  return `${memory.toFixed(1)} MiB RSS, ${perSecond.toFixed(1)} ms of processor time a second`;
}
