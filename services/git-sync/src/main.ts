import pkg from '../package.json' with { type: 'json' };
import { initFor } from './process/tini.ts';
import { runCommand } from './run.ts';

const init = initFor(process.pid);
if (init !== undefined && process.execve !== undefined) {
  const self = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  process.execve(init, [init, '--', ...self], process.env);
}
await runCommand(process, { version: pkg.version });
