import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { sendSignal } from './group-end.ts';

/** About a second: a killed process is gone at once, unless it waits for a disk. */
const rounds = 100;
const pause = 10;

/**
 * Kill the processes of this user whose environment contains `text`, and wait until they are gone. Gives their ids.
 * Where there is no /proc (macOS) it finds none.
 */
export async function killByEnvironment(text: string): Promise<number[]> {
  const killed = new Set<number>();
  for (let round = 0; round < rounds; round += 1) {
    const pids = await findByEnvironment(text);
    if (pids.length === 0) break;
    for (const pid of pids) if (sendSignal(pid, 'SIGKILL')) killed.add(pid);
    await sleep(pause);
  }
  return [...killed];
}

async function findByEnvironment(text: string): Promise<number[]> {
  const names = await readdir('/proc').catch(() => []);
  const pids = names.map(Number).filter((pid) => pid > 1 && pid !== process.pid);
  const environments = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '')));
  return pids.filter((_pid, at) => environments[at]?.includes(text));
}
