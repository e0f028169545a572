import { randomBytes } from 'node:crypto';
import { statfsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { getErrorCode } from '@podkit/chassis/errors';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { writeVolume } from '@podkit/downward/simulate';
import { downwardFiles } from '../../local/src/pod.ts';
import { allReady, services } from './ready.ts';
import { forcePush } from './site.ts';
import type { Subject } from './subject.ts';

/** The loads that may fail while a process or store is down. No other load may fail. */
const affected: Record<string, readonly string[]> = {
  'git-sync': [],
  'downward-reader': [],
  'metrics-adapter': ['scrape'],
  ambassador: ['notes', 'state', 'redis'],
  app: ['site', 'notes', 'stream'],
  postgres: ['notes', 'state'],
  redis: ['redis'],
};

/** The faults that kill processes. */
export function killFaults(subject: Subject): (() => Promise<void>)[] {
  return [...services, 'redis'].map((name) => () => kill(subject, name));
}

/** The faults that leave every process running. */
export function quietFaults(subject: Subject): (() => Promise<void>)[] {
  const faults = [
    () => swapVolume(subject),
    () => push(subject),
    () => pauseStore(subject, 'redis'),
    () => pauseStore(subject, 'postgres'),
  ];
  return subject.smallDisk ? [...faults, () => fillDisk(subject)] : faults;
}

/** Wait until everything is ready and each store answers: a store's process exists before it listens. */
async function waitForRecovery({ suite, redis }: Subject): Promise<void> {
  await allReady(suite);
  await waitFor('the Redis behind the ambassador', async () => (await redis.get('soak:0')) !== undefined);
  await waitFor('the notes', async () => (await fetch(suite.url('app', '/api/notes/soak-0'))).status < 500);
}

/** Kill a process. The launcher restarts it, as a kubelet does. */
async function kill(subject: Subject, name: string): Promise<void> {
  const pid = findPid(subject, name);
  await subject.tally.during(`${name} killed`, affected[name] ?? [], async () => {
    process.kill(pid, 'SIGKILL');
    await waitForNew(subject, name, pid);
    await waitForRecovery(subject);
  });
}

/** The longest wait for a restart: the pause before a restart grows each time, as the kubelet's does. */
const restart = { timeout: 400_000, interval: 100 };

const waitForNew = ({ findAll }: Subject, name: string, pid: number | undefined) =>
  waitFor(`a new ${name}`, () => ![undefined, pid].includes(findAll().get(name)), restart);

/** @throws {Error} if the process is not running */
function findPid({ findAll }: Subject, name: string): number {
  const pid = findAll().get(name);
  if (pid === undefined) throw new Error(`${name} is not running`);
  return pid;
}

/** Pause a store for two seconds. It does not answer, but its connections stay open. */
async function pauseStore(subject: Subject, name: string): Promise<void> {
  const pid = findPid(subject, name);
  await subject.tally.during(`${name} paused`, affected[name] ?? [], async () => {
    process.kill(pid, 'SIGSTOP');
    await sleep(2000);
    process.kill(pid, 'SIGCONT');
    await waitForRecovery(subject);
  });
}

/** Rotate the token that the app and the ambassador share, and restart both. */
export async function rotateSecrets(subject: Subject): Promise<void> {
  const loads = [...(affected.app ?? []), ...(affected.ambassador ?? [])];
  await subject.tally.during('secrets rotated', loads, async () => {
    await writeFile(join(subject.data, 'secrets', 'ambassador-token'), randomBytes(24).toString('base64url'));
    for (const name of ['ambassador', 'app']) {
      const pid = subject.findAll().get(name);
      if (pid !== undefined) process.kill(pid, 'SIGTERM');
      await waitForNew(subject, name, pid);
    }
    await waitForRecovery(subject);
  });
}

async function swapVolume({ tally, suite, data }: Subject): Promise<void> {
  const color = `c${Date.now()}`;
  await tally.during('downward volume swapped', [], async () => {
    await writeVolume(join(data, 'podinfo'), { ...downwardFiles, labels: `color="${color}"` });
    await waitFor('the new label', async () => (await text(suite.url('downward', '/labels'))).includes(color));
  });
}

async function push({ tally, suite, data }: Subject): Promise<void> {
  await tally.during('repository force-pushed', [], async () => {
    const mark = await forcePush(join(data, 'git', 'site'), Date.now());
    await waitFor('the new page', async () => (await text(suite.url('app', '/'))).includes(mark));
  });
}

/** Fill the site's disk while a commit arrives. The old page stays, and the new one appears once there is space. */
async function fillDisk({ tally, suite, data }: Subject): Promise<void> {
  const disk = join(data, 'site');
  const filler = join(data, 'site', 'filler');
  await tally.during('disk of the site full', [], async () => {
    const { bavail, bsize } = statfsSync(disk);
    // git-sync writes to the same disk, so the last bytes may already be taken.
    await writeFile(filler, Buffer.alloc(bavail * bsize)).catch((error: unknown) => {
      if (getErrorCode(error) !== 'ENOSPC') throw error;
    });
    const mark = await forcePush(join(data, 'git', 'site'), Date.now());
    await sleep(3000);
    await rm(filler);
    await waitFor('the new page', async () => (await text(suite.url('app', '/'))).includes(mark), { timeout: 60_000 });
  });
}

async function text(url: string): Promise<string> {
  return (await fetch(url)).text();
}
