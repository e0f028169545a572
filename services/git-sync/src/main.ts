// oxlint-disable-next-line import/no-unassigned-import -- what it does must be done before anything else is loaded
import './frugal.ts';
import pkg from '../package.json' with { type: 'json' };
import { runCommand } from './command.ts';
import { initFor } from './init.ts';

const init = initFor(process.pid);
if (init !== undefined && process.execve !== undefined) {
  const self = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  process.execve(init, [init, '--', ...self], process.env);
}
await runCommand(process, { version: pkg.version });
