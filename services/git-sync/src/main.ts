import pkg from '../package.json' with { type: 'json' };
import { findInit } from './process/tini.ts';
import { runCommand } from './run.ts';

const init = findInit(process.pid);
if (init !== undefined && process.execve !== undefined) {
  const self = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  process.execve(init, [init, '--', ...self], process.env);
}
await runCommand(process, { version: pkg.version });
