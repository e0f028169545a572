import { runService } from '@podkit/chassis/process/run-service';
import pkg from '../package.json' with { type: 'json' };
import { dropInCommandLine } from './config/command-line.ts';
import { schema, variablePrefix } from './config/schema.ts';
import { Redactor } from './log/redactor.ts';
import { upstreamStyle } from './log/upstream-style.ts';
import { runUnderInit } from './process/tini.ts';

runUnderInit(process);
const redactor = new Redactor();
await runService(
  {
    name: 'git-sync',
    version: pkg.version,
    summary: 'keep a directory equal to a Git ref',
    prefix: variablePrefix,
    schema,
    commandLine: dropInCommandLine,
    log: upstreamStyle(redactor),
    hasMetrics: (config) => config.httpMetrics,
    start: async (context) => (await import('./start.ts')).startGitSync(context, { host: process, redactor }),
  },
  process,
);
