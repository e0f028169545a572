import { readdirSync, readFileSync } from 'node:fs';
import { childPids } from '../core/process.ts';

/** What a process uses, as the kernel reports it. */
export type Usage = { rssMb: number; descriptors: number; cpuSeconds: number };

/** Find the child processes of `parent` whose command line matches a pattern. Name of the pattern to process id. */
export function findChildren(parent: number, patterns: Readonly<Record<string, RegExp>>): Map<string, number> {
  const found = new Map<string, number>();
  for (const pid of childPids(parent)) {
    const command = readIfThere(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
    for (const [name, pattern] of Object.entries(patterns)) if (pattern.test(command)) found.set(name, pid);
  }
  return found;
}

/** Read what a process uses now, or undefined if it has ended. */
export function readUsage(pid: number): Usage | undefined {
  const status = readIfThere(`/proc/${pid}/status`);
  // Split after the name, which may contain spaces. Fields 14 and 15 of proc(5) are CPU ticks of 10 ms.
  const fields = readIfThere(`/proc/${pid}/stat`).split(') ')[1]?.split(' ') ?? [];
  if (status === '' || fields.length === 0) return undefined;
  return {
    rssMb: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024,
    descriptors: countEntries(`/proc/${pid}/fd`),
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100,
  };
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function countEntries(path: string): number {
  try {
    return readdirSync(path).length;
  } catch {
    return 0;
  }
}
