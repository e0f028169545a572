import { readFileSync } from 'node:fs';

/** Wall time and CPU time in milliseconds. CPU time includes child processes. */
export type Cost = { wall: number; cpu: number };

/** Clock ticks per second, the same on every architecture of Linux that Node runs on. */
const ticks = 100;

/**
 * CPU time of a process and its ended children, in milliseconds: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 * `own: false` counts only the children.
 */
export function readCpuTime(pid: number | 'self', { own = true }: { own?: boolean } = {}): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [utime = 0, stime = 0, cutime = 0, cstime = 0] = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 15)
    .map(Number);
  return ((own ? utime + stime : 0) + cutime + cstime) * (1000 / ticks);
}

/** Resident memory of a process in MiB. */
export function readMemory(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}
