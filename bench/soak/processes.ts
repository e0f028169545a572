import { readdirSync, readFileSync } from 'node:fs';

/** What a process uses, as the system sees it. */
export type Usage = { rssMb: number; descriptors: number; cpuSeconds: number };

/** The processes that another started, by the name that its command line shows. */
export function findChildren(parent: number, patterns: Readonly<Record<string, RegExp>>): Map<string, number> {
  const path = `/proc/${parent}/task/${parent}/children`;
  const pids = readFileSync(path, 'utf8').trim().split(/\s+/).filter(Boolean).map(Number);
  const found = new Map<string, number>();
  for (const pid of pids) {
    const command = readIfThere(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
    for (const [name, pattern] of Object.entries(patterns)) if (pattern.test(command)) found.set(name, pid);
  }
  return found;
}

/** What a process uses now; undefined where it has ended. */
export function usageOf(pid: number): Usage | undefined {
  const status = readIfThere(`/proc/${pid}/status`);
  // Behind the name, which may hold blanks: fields 14 and 15 of proc(5) are the ticks of CPU, a hundredth of a second each.
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
