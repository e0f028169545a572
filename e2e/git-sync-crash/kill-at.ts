import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/*
 * To be preloaded into git-sync (`node --import`): ends it by SIGKILL at the step that KILL_AT names. A step is the moment
 * before and after each change to a file, and the start and the end of each program. At its end it prints how many there were.
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
