import type { Static, TObject } from 'typebox';
import { ConfigError, type CrossCheck, type Environment, loadConfig } from '../config/config.ts';
import { formatDuration } from '../config/duration.ts';
import { helpText } from '../config/help.ts';
import type { SharedConfig } from '../config/settings.ts';
import { codeOf, messageOf } from '../errors.ts';
import { Health } from '../http/health.ts';
import { createMetrics, type Metrics } from '../http/metrics.ts';
import { addLifecycleChecks } from '../http/probes.ts';
import { createLogger, type Logger } from '../log/logger.ts';
import { lostLines } from '../log/metrics.ts';
import { logOutput } from '../log/output.ts';
import { exitCodes, type StopSignal, signalExitCode } from './exit-codes.ts';
import { Lifecycle } from './lifecycle.ts';
import { watchParent } from './parent.ts';

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
  start(context: Context<Static<Schema>>): Promise<void>;
};

/** The parts of `process` a service may touch; `main.ts` passes the real one. */
export type Host = Pick<NodeJS.Process, 'on' | 'exit' | 'stdout' | 'stderr'> & { env: Environment; argv: string[] };

/**
 * Run a service as a process: read its configuration, start it, stop it on SIGTERM or SIGINT, and exit with a code
 * of `exitCodes`. A second signal ends it at once.
 */
export async function runService<Schema extends TObject>(service: Service<Schema>, host: Host): Promise<void> {
  const argv = host.argv.slice(2);
  if (argv[0] === '--help' || argv[0] === '-h') {
    host.stdout.write(helpText(service.name, service.summary, service.schema, service.prefix));
    return host.exit(exitCodes.ok);
  }
  if (argv[0] === '--version') {
    host.stdout.write(`${service.name} ${service.version}\n`);
    return host.exit(exitCodes.ok);
  }
  let loaded: ReturnType<typeof readConfig<Schema>>;
  try {
    loaded = readConfig(service, host.env, argv);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return refuseConfig(service.name, error, host);
  }
  await startService(service, host, loaded);
}

/** A line for each error, for people: of settings and of configuration files alike. */
function refuseConfig(name: string, { errors }: ConfigError, host: Pick<Host, 'stderr' | 'exit'>): void {
  host.stderr.write(errors.map((line) => `${name}: ${line}\n`).join(''));
  host.exit(exitCodes.badConfig);
}

function readConfig<Schema extends TObject>(service: Service<Schema>, env: Environment, argv: string[]) {
  const { prefix, schema, positionals = false, checks = [] } = service;
  const checkBudget = (config: Readonly<Static<Schema>>) => budgetErrors(config as unknown as SharedConfig);
  const loaded = loadConfig(schema, { prefix, env, argv, positionals }, [checkBudget, ...checks]);
  return { ...loaded, shared: loaded.config as unknown as SharedConfig };
}

/** Two seconds are what the kubelet leaves any container between SIGTERM and SIGKILL; they stay ours for the exit. */
function budgetErrors({ drainDelay, shutdownTimeout, gracePeriod }: SharedConfig): string[] {
  if (drainDelay + shutdownTimeout + 2000 <= gracePeriod) return [];
  const [delay, timeout, grace] = [drainDelay, shutdownTimeout, gracePeriod].map(formatDuration);
  return [
    `GRACE_PERIOD=${grace}: too short for DRAIN_DELAY (${delay}) + SHUTDOWN_TIMEOUT (${timeout}) + 2s; raise it or lower those`,
  ];
}

async function startService<Schema extends TObject>(
  service: Service<Schema>,
  host: Host,
  { config, positionals, ignored, shared }: ReturnType<typeof readConfig<Schema>>,
): Promise<void> {
  const identity = { pod: shared.podName, namespace: shared.podNamespace, node: shared.nodeName };
  const { name, version } = service;
  const metrics = createMetrics({ service: name, version });
  const lost = lostLines(metrics.registry);
  const output = logOutput({
    onDropped: (dropped) => {
      lost.dropped.inc(dropped);
      log.warn({ dropped }, 'log lines dropped: standard output was not read');
    },
    onBroken: () => lost.broken.set(1),
  });
  const log = createLogger({ service: name, version, level: shared.logLevel, identity }, output);
  for (const variable of ignored)
    log.info({ variable }, 'environment variable ignored: Kubernetes set it for a Service, it is not a setting');
  const lifecycle = new Lifecycle(shared);
  const health = new Health();
  addLifecycleChecks({ health, lifecycle, drainReadiness: shared.drainReadiness });
  lifecycle.onChange(({ state, reason }) => log.info({ state, reason }, 'lifecycle'));
  const stop = stopper(lifecycle, log, host);
  handleSignals(host, stop, log);
  watchParent(host.env, () => stop('the parent process is gone'));
  host.on('uncaughtException', (error: unknown) => {
    log.fatal({ err: error }, 'uncaught exception');
    host.exit(exitCodes.failure);
  });
  try {
    await service.start({ config, positionals, log, lifecycle, health, metrics, stop });
    lifecycle.markStarted();
  } catch (error) {
    if (error instanceof ConfigError) return refuseConfig(name, error, host);
    log.fatal({ err: error }, `cannot start: ${messageOf(error)}`);
    host.exit(exitCodes.failure);
  }
}

/** The first signal drains, also where a preStop hook began that already; the second one ends the process at once. */
function handleSignals(host: Host, stop: Context<unknown>['stop'], log: Logger): void {
  let signalled = false;
  const onSignal = (signal: StopSignal) => {
    if (!signalled) {
      signalled = true;
      return stop(signal);
    }
    log.warn({ signal }, 'second signal: ending at once');
    host.exit(signalExitCode(signal));
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) host.on(signal, () => onSignal(signal));
}

function stopper(lifecycle: Lifecycle, log: Logger, host: Host): Context<unknown>['stop'] {
  return (reason, exitCode = exitCodes.ok) => {
    if (lifecycle.draining) return;
    lifecycle.drain(reason).then(
      () => exit(exitCode),
      (error: unknown) => {
        log.error({ err: error }, messageOf(error));
        exit(codeOf(error) === 'ERR_DRAIN_DEADLINE' ? exitCodes.drainDeadline : exitCodes.failure);
      },
    );
    const exit = (code: number) => {
      lifecycle.markExited(`exit code ${code}`);
      // The exit itself flushes too, but its lines would overtake those that are being written. Nobody may read: so not for long.
      log.flush(() => host.exit(code));
      setTimeout(() => host.exit(code), 500);
    };
  };
}
