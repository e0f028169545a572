import { readFileSync } from 'node:fs';

/** What something took: milliseconds on the wall, and of processor time with all that it started. */
export type Cost = { wall: number; cpu: number };

/** Clock ticks a second, as Linux has them on every architecture. */
const ticks = 100;

/**
 * Milliseconds of processor time of a process and of its children that ended: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 * `own: false` leaves the process itself out.
 */
export function cpuOf(pid: number | 'self', { own = true }: { own?: boolean } = {}): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [utime = 0, stime = 0, cutime = 0, cstime = 0] = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 15)
    .map(Number);
  return ((own ? utime + stime : 0) + cutime + cstime) * (1000 / ticks);
}

/** Memory in MiB. */
export function memoryOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}
