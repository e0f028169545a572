import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/*
 * Preload this into git-sync (`node --import`). It kills the process with SIGKILL at step number KILL_AT. The moments before and
 * after each change to a file are steps, and so are the start and the end of each child process. At exit it prints the number of steps.
 */
type Call = (...words: unknown[]) => unknown;
const changing = ['copyFile', 'mkdir', 'mkdtemp', 'open', 'rename', 'rm', 'rmdir', 'symlink', 'unlink', 'utimes'];
const killAt = Number(process.env.KILL_AT);
let steps = 0;

function step(): void {
  steps += 1;
  if (steps === killAt) process.kill(process.pid, 'SIGKILL');
}

const promises = fs.promises as unknown as Record<string, Call>;
const synchronous = fs as unknown as Record<string, Call>;
for (const name of changing) {
  const [later, now] = [promises[name], synchronous[`${name}Sync`]];
  promises[name] = async (...words) => {
    step();
    const result = await later?.(...words);
    step();
    return result;
  };
  synchronous[`${name}Sync`] = (...words) => {
    step();
    const result = now?.(...words);
    step();
    return result;
  };
}
syncBuiltinESMExports();
subscribe('child_process', (message) => {
  step();
  (message as { process: ChildProcess }).process.once('exit', step);
});
process.on('exit', () => process.stdout.write(`steps ${steps}\n`));
