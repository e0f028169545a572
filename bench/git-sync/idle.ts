import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { freePort } from '../../packages/chassis/testing/free-port.ts';
import { memoryOf } from './cost.ts';
import { makeRemote } from './remote.ts';

/*
 * Memory of a git-sync that found nothing new for a while: from sources, as the bundle in the image, and upstream's where
 * --upstream names it, beside a Node that does nothing.
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
  const bare = await memoryAfter([node, '-e', 'setInterval(() => undefined, 1000)']);
  console.log(`node alone: ${bare.toFixed(1)} MiB RSS`);
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
  const memory = await memoryAfter([...command, ...source, ...flags]);
  console.log(`${name}: ${memory.toFixed(1)} MiB RSS`);
}

async function memoryAfter([program = '', ...args]: string[]): Promise<number> {
  const child = spawn(program, args, { stdio: 'ignore' });
  await sleep(Number(values.seconds) * 1000);
  if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}`);
  const memory = memoryOf(child.pid ?? 0);
  child.kill();
  return memory;
}
