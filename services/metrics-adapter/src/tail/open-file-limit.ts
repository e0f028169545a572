import { readFileSync } from 'node:fs';

/** Files that may be followed at once: half of what the system lets the process open, since sockets need the rest. */
export function openFileLimit(): number {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return soft === undefined ? Number.POSITIVE_INFINITY : Math.max(8, Math.floor(Number(soft) / 2));
  } catch {
    // Not Linux: the limits of other systems are far beyond the files that anybody follows.
    return Number.POSITIVE_INFINITY;
  }
}
