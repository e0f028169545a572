import type { TObject } from 'typebox';
import { ConfigError } from '../config/config.ts';
import { describeError, getErrorCode } from '../errors.ts';
import { Health } from '../http/health.ts';
import { addLifecycleChecks } from '../http/lifecycle-checks.ts';
import type { Metrics } from '../http/metrics.ts';
import { createLogger, type Logger } from '../log/logger.ts';
import { type LostLines, logOutput } from '../log/output.ts';
import { exitCodes, type StopSignal, signalExitCode } from './exit-codes.ts';
import { Lifecycle } from './lifecycle.ts';
import { watchParent } from './parent.ts';
import type { Context, Host, LoadedSettings, Service } from './service.ts';

/**
 * Make what every service has (logger, metrics, lifecycle, signals), and start it.
 *
 * @throws {ConfigError} of configuration files; any other error ends the process
 */
export async function startService<Schema extends TObject, Counted extends Metrics | undefined>(
  service: Service<Schema, Counted>,
  host: Host,
  { config, positionals, ignored, shared }: LoadedSettings<Schema>,
): Promise<void> {
  const identity = { pod: shared.podName, namespace: shared.podNamespace, node: shared.nodeName };
  const { name, version, log: { descriptor, format, output } = {}, hasMetrics = () => true } = service;
  const lost = { dropped: 0, isBroken: false };
  const onDropped = (dropped: number) => log.warn({ dropped }, 'log lines dropped: the log was not read');
  const log: Logger = createLogger(
    { service: name, version, level: shared.logLevel, identity, format },
    output ?? logOutput({ descriptor, lost, onDropped }),
  );
  for (const variable of ignored)
    log.info({ variable }, 'environment variable ignored: Kubernetes set it for a Service, it is not a setting');
  const lifecycle = new Lifecycle(shared);
  const health = new Health();
  addLifecycleChecks({ health, lifecycle, drainReadiness: shared.drainReadiness });
  lifecycle.onChange(({ state, reason }) => log.info({ state, reason }, 'lifecycle'));
  const stop = createStop(lifecycle, log, host);
  handleSignals(host, (signal) => stop(signal, shared.isJob ? signalExitCode(signal) : exitCodes.ok), log);
  watchParent(host.env, () => stop('the parent process is gone'));
  host.on('uncaughtException', (error: unknown) => {
    log.fatal({ err: error }, 'uncaught exception');
    host.exit(exitCodes.failure);
  });
  try {
    const metrics = hasMetrics(config) ? await openMetrics({ service: name, version }, lost) : undefined;
    await service.start({ config, positionals, log, lifecycle, health, metrics: metrics as Counted, stop });
    lifecycle.markStarted();
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    log.fatal({ err: error }, `cannot start: ${describeError(error)}`);
    host.exit(exitCodes.failure);
  }
}

async function openMetrics(labels: { service: string; version: string }, lost: LostLines): Promise<Metrics> {
  const [{ createMetrics }, { countLostLines }] = await Promise.all([
    import('../http/metrics.ts'),
    import('../log/metrics.ts'),
  ]);
  const metrics = createMetrics(labels);
  countLostLines(metrics.registry, lost);
  return metrics;
}

/** The first signal drains, also if a preStop hook has begun the drain; the second ends the process at once. */
function handleSignals(host: Host, stop: (signal: StopSignal) => void, log: Logger): void {
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

function createStop(lifecycle: Lifecycle, log: Logger, host: Host): Context<unknown>['stop'] {
  return (reason, exitCode = exitCodes.ok) => {
    if (lifecycle.draining) return;
    lifecycle.drain(reason).then(
      () => exit(exitCode),
      (error: unknown) => {
        log.error({ err: error }, describeError(error));
        exit(getErrorCode(error) === 'ERR_DRAIN_DEADLINE' ? exitCodes.drainDeadline : exitCodes.failure);
      },
    );
    const exit = (code: number) => {
      lifecycle.markExited(`exit code ${code}`);
      // Lines that the exit itself flushes would overtake those being written. The wait is bounded: the log may have no reader.
      log.flush(() => host.exit(code));
      setTimeout(() => host.exit(code), 500);
    };
  };
}
