import type { Static, TObject } from 'typebox';
import type { CrossCheck, Environment, Loaded } from '../config/config.ts';
import type { SharedConfig } from '../config/settings.ts';
import type { Health } from '../http/health.ts';
import type { Metrics } from '../http/metrics.ts';
import type { Logger } from '../log/logger.ts';
import type { Lifecycle } from './lifecycle.ts';

/** What `start` gets. */
export type Context<Config> = {
  config: Readonly<Config>;
  /** Words of the command line that are not flags, such as the `migrate` of `ambassador migrate`. */
  positionals: string[];
  log: Logger;
  lifecycle: Lifecycle;
  health: Health;
  metrics: Metrics;
  /** End the process as SIGTERM would, with this exit code when the drain goes well. */
  stop: (reason: string, exitCode?: number) => void;
};

export type Service<Schema extends TObject> = {
  name: string;
  version: string;
  /** One sentence for `--help`. */
  summary: string;
  /** Prefix of its own environment variables. */
  prefix: string;
  schema: Schema;
  positionals?: boolean;
  /** Find errors that only several settings together show. */
  checks?: readonly CrossCheck<Static<Schema>>[];
  /** A job to do instead, if the settings ask for one; then the process ends. No server is loaded for it. */
  command?: (config: Readonly<Static<Schema>>) => (() => Promise<void>) | undefined;
  start(context: Context<Static<Schema>>): Promise<void>;
};

/** The parts of `process` a service may touch; `main.ts` passes the real one. */
export type Host = Pick<NodeJS.Process, 'on' | 'exit' | 'stdout' | 'stderr'> & { env: Environment; argv: string[] };

/** A service's settings as they were read; `shared` are those that every service has. */
export type LoadedSettings<Schema extends TObject> = Loaded<Schema> & { shared: Readonly<SharedConfig> };
