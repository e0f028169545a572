import { existsSync, readFileSync } from 'node:fs';

/** Whether a process runs. One that has ended has its entry in /proc until its parent asks for its exit code: state Z. */
export function isRunning(pid: string): boolean {
  const file = `/proc/${pid.trim()}/stat`;
  return existsSync(file) && !readFileSync(file, 'utf8').includes(') Z ');
}
