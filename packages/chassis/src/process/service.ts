import type { Static, TObject } from 'typebox';
import type { CrossCheck, Environment, Loaded } from '../config/config.ts';
import type { SharedConfig } from '../config/settings.ts';
import type { Health } from '../http/health.ts';
import type { Metrics } from '../http/metrics.ts';
import type { Logger } from '../log/logger.ts';
import type { Lifecycle } from './lifecycle.ts';

/** What a service is given to start with. */
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
  /** What its own environment variables begin with. */
  prefix: string;
  schema: Schema;
  positionals?: boolean;
  /** What only several settings together can show. */
  checks?: readonly CrossCheck<Static<Schema>>[];
  /** What is done instead, and then the process ends, where the settings ask for it; nothing of a server is loaded for it. */
  command?: (config: Readonly<Static<Schema>>) => (() => Promise<void>) | undefined;
  start(context: Context<Static<Schema>>): Promise<void>;
};

/** The parts of `process` a service may touch; `main.ts` passes the real one. */
export type Host = Pick<NodeJS.Process, 'on' | 'exit' | 'stdout' | 'stderr'> & { env: Environment; argv: string[] };

/** A service's settings as they were read; `shared` are those that every service has. */
export type LoadedSettings<Schema extends TObject> = Loaded<Schema> & { shared: Readonly<SharedConfig> };
