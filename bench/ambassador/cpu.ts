import { readdirSync, readFileSync } from 'node:fs';

/** Microseconds that a process has run so far, in user and system mode, all threads together; see proc(5), schedstat. */
export function cpuOf(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  const nanoseconds = readdirSync(tasks).map((task) =>
    Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[0]),
  );
  return nanoseconds.reduce((sum, each) => sum + each, 0) / 1000;
}
