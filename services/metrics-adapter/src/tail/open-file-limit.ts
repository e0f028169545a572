import { readFileSync } from 'node:fs';

/** Files that may be followed at once: half of the process' limit, since sockets need the rest. */
export function openFileLimit(): number {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return soft === undefined ? Number.POSITIVE_INFINITY : Math.max(8, Math.floor(Number(soft) / 2));
  } catch {
    // Other systems than Linux have no such file, and much higher limits.
    return Number.POSITIVE_INFINITY;
  }
}
