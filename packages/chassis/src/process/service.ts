import type { DestinationStream } from 'pino';
import type { Static, TObject } from 'typebox';
import type { ConfigError, CrossCheck, Environment, Loaded } from '../config/config.ts';
import type { SharedConfig } from '../config/settings.ts';
import type { Health } from '../http/health.ts';
import type { Metrics } from '../http/metrics.ts';
import type { LogFormat, Logger } from '../log/logger.ts';
import type { LogOutputOptions } from '../log/output.ts';
import type { Lifecycle } from './lifecycle.ts';

/** What `start` gets. */
export type Context<Config, Counted extends Metrics | undefined = Metrics> = {
  config: Readonly<Config>;
  /** Words of the command line that are not flags, such as the `migrate` of `ambassador migrate`. */
  positionals: string[];
  log: Logger;
  lifecycle: Lifecycle;
  health: Health;
  metrics: Counted;
  /** End the process as SIGTERM would, with this exit code when the drain goes well. */
  stop: (reason: string, exitCode?: number) => void;
};

export type Service<Schema extends TObject, Counted extends Metrics | undefined = Metrics> = {
  name: string;
  version: string;
  /** One sentence for `--help`. */
  summary: string;
  /** Prefix of its own environment variables. */
  prefix: string;
  schema: Schema;
  positionals?: boolean;
  /** Find errors in the combination of settings. */
  checks?: readonly CrossCheck<Static<Schema>>[];
  /** A job to run instead of the service, if the settings ask for one; then the process ends. No server is loaded. */
  command?: (config: Readonly<Static<Schema>>) => (() => Promise<void>) | undefined;
  /** How the command line is read, where the service is a drop-in for another program; podkit's way by default. */
  commandLine?: CommandLine<Schema>;
  /** How and where it logs, where it is a drop-in; podkit's lines on standard output by default. */
  log?: LogStyle;
  /** Whether metrics are counted; always by default. Those of Node alone take 20 MB. */
  hasMetrics?: (config: Readonly<Static<Schema>>) => boolean;
  start(context: Context<Static<Schema>, Counted>): Promise<void>;
};

export type CommandLine<Schema extends TObject> = {
  /**
   * Read the settings; or give a text to print in place of a start.
   *
   * @throws {ConfigError} with every error
   */
  read(source: { version: string; env: Environment; argv: string[] }): LoadedSettings<Schema> | { print: string };
  /** What is printed of errors in the configuration, and the exit code. */
  refuse(error: ConfigError): { text: string; exitCode: number };
};

/** `output` is where lines go in a test that reads them. */
export type LogStyle = Pick<LogOutputOptions, 'descriptor'> & { format?: LogFormat; output?: DestinationStream };

/** The parts of `process` a service may touch; `main.ts` passes the real one. */
export type Host = Pick<NodeJS.Process, 'on' | 'off' | 'exit' | 'stdin' | 'stdout' | 'stderr'> & {
  env: Environment;
  argv: string[];
};

/** A service's settings as they were read. `warnings` are printed before the start. */
export type LoadedSettings<Schema extends TObject> = Loaded<Schema> & { shared: SharedSettings; warnings?: string[] };

/** What every service gives the process that it runs in. */
export type SharedSettings = Readonly<
  Pick<SharedConfig, 'podName' | 'podNamespace' | 'nodeName' | 'drainDelay' | 'shutdownTimeout' | 'drainReadiness'>
> & {
  /** Least severe level that is logged: one of pino's, or of the log's format. */
  logLevel: string;
  /** Whether it ends without a signal. A job that a signal stops exits with 128 + the signal's number, because it is not done. */
  isJob?: boolean;
};
