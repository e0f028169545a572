import pkg from '../package.json' with { type: 'json' };
import { runCommand } from './command.ts';

await runCommand(process, { version: pkg.version });
