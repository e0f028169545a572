import type { Context } from '@podkit/chassis/process/service';
import type { Config } from '../config.ts';
import type { ProcessState } from '../process-state.ts';
import { AccessLog } from './access-log.ts';
import type { RequestStats } from './request-stats.ts';

/** Report each request as StatsD and in the access log, where they are configured. */
export async function sendRequests(
  context: Context<Config>,
  { overload }: ProcessState,
  requests: RequestStats,
): Promise<void> {
  const { config, log, lifecycle } = context;
  if (config.statsd !== undefined) {
    // Loaded only where it is used.
    const { StatsdEmitter } = await import('./statsd.ts');
    const [host = '', port = ''] = config.statsd.split(':');
    const gauges = () => ({ in_flight: overload.inFlight });
    const onError = (err: unknown) => log.debug({ err }, 'StatsD not sent');
    const emitter = new StatsdEmitter({ host, port: Number(port), period: config.statsdPeriod, gauges, onError });
    requests.onRequest(emitter.observe);
    lifecycle.atClose('StatsD', () => emitter.close());
  }
  if (config.accessLog !== undefined) {
    const path = config.accessLog;
    const onError = (err: unknown) => log.warn({ err, path }, 'access log not written');
    const accessLog = new AccessLog({ path, limit: config.accessLogLimit, onError });
    requests.onRequest(accessLog.observe);
    lifecycle.atClose('access log', () => accessLog.close());
  }
}
