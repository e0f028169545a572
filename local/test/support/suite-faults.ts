import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@podkit/chassis/testing/free-port';
import { spawnService } from '@podkit/chassis/testing/spawn-service';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { onTestFinished } from 'vitest';
import type { Suite } from './start-suite.ts';

/** A note, a page and a Redis command, so that there is something to count. */
export async function useEverything(suite: Suite, password: string): Promise<void> {
  await fetch(suite.url('app', '/'));
  await fetch(suite.url('app', '/api/notes/first'), { method: 'PUT', body: 'first' });
  const { hostname, port } = new URL(suite.url('ambassador-redis', '/'));
  const socket = connect(Number(port), hostname);
  socket.end(`AUTH ${password}\r\nSET a 1\r\nGET a\r\nQUIT\r\n`);
  await socket.resume().toArray();
}

export async function keepFailing(url: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) await fetch(url, { method: 'PUT', body: 'again' }).then((response) => response.arrayBuffer());
}

/** Stop a process for most of each second: every scrape then finds a blocked event loop. */
export async function keepPausing(pid: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    process.kill(pid, 'SIGSTOP');
    await sleep(700);
    process.kill(pid, 'SIGCONT');
    await sleep(100);
  }
}

/** Fill the log: the paths of these requests, which are logged, have so many bytes together. */
export async function sendLongPaths(url: string, bytes: number): Promise<void> {
  const path = 'x'.repeat(12_000);
  for (let sent = 0; sent < bytes; sent += path.length) await (await fetch(`${url}${path}`)).arrayBuffer();
}

/** A git-sync that trusts only a key that has signed nothing. Returns its port. */
export async function startVerifyingGitSync(repo: string): Promise<number> {
  const port = await freePort();
  const root = tempDir();
  const key = join(root, 'key');
  const signers = join(root, 'signers');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  writeFileSync(signers, `nobody@example.com ${readFileSync(`${key}.pub`, 'utf8')}`);
  const args = [
    `--repo=${repo}`,
    `--root=${join(root, 'root')}`,
    `--http-bind=127.0.0.1:${port}`,
    '--http-metrics',
    '--max-failures=-1',
    '--verify-commit',
    `--verify-ssh-signers-file=${signers}`,
  ];
  const main = join(import.meta.dirname, '../../../services/git-sync/src/main.ts');
  const gitSync = spawnService(main, { args, env: { HOME: root } });
  onTestFinished(async () => void (await gitSync.stop('SIGKILL')));
  return port;
}

/** Send one counter with more values of a label than a metric may have series, by StatsD over TCP. */
export async function keepOverflowing({ hostname, port }: URL, signal: AbortSignal): Promise<void> {
  const lines = Array.from({ length: 10_100 }, (_none, index) => `visits:1|c|#user:${index}\n`).join('');
  while (!signal.aborted) {
    const socket = connect(Number(port), hostname);
    socket.end(lines);
    await socket.resume().toArray();
  }
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The process of the suite that runs a script. */
export function findChild(parent: number, script: string): number {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n');
  const found = lines
    .map((line) => line.trim().split(/\s+/))
    .find(([, ppid, ...args]) => Number(ppid) === parent && args.some((arg) => arg.endsWith(script)));
  if (found === undefined) throw new Error(`no process of the suite runs ${script}`);
  return Number(found[0]);
}
