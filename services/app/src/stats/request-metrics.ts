import type { HttpMetrics } from '@podkit/chassis/http/http-metrics';
import type { Context } from '@podkit/chassis/process/service';
import type { Config } from '../config.ts';
import type { ProcessState } from '../process-state.ts';
import { AccessLog } from './access-log.ts';

/** Observe each request for Prometheus and, if they are configured, for StatsD and the access log. */
export async function openRequestMetrics(context: Context<Config>, { overload }: ProcessState): Promise<HttpMetrics> {
  const { config, log, lifecycle, metrics } = context;
  const targets: HttpMetrics[] = [metrics.http];
  if (config.statsd !== undefined) {
    // Loaded only if it is used.
    const { StatsdEmitter } = await import('./statsd.ts');
    const [host = '', port = ''] = config.statsd.split(':');
    const gauges = () => ({ in_flight: overload.inFlight });
    const onError = (err: unknown) => log.debug({ err }, 'StatsD not sent');
    const emitter = new StatsdEmitter({ host, port: Number(port), period: config.statsdPeriod, gauges, onError });
    targets.push(emitter);
    lifecycle.atClose('StatsD', () => emitter.close());
  }
  if (config.accessLog !== undefined) {
    const path = config.accessLog;
    const onError = (err: unknown) => log.warn({ err, path }, 'access log not written');
    const accessLog = new AccessLog({ path, limit: config.accessLogLimit, onError });
    targets.push(accessLog);
    lifecycle.atClose('access log', () => accessLog.close());
  }
  return {
    observe: (method, route, status, seconds) => {
      for (const target of targets) target.observe(method, route, status, seconds);
    },
  };
}
