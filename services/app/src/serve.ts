import { hostname } from 'node:os';
import { describeError, getErrorCode } from '@podkit/chassis/errors';
import { type Drop, EventStreams } from '@podkit/chassis/http/sse';
import type { Context } from '@podkit/chassis/process/service';
import type { Config } from './config.ts';
import { appExitCodes } from './exit-codes.ts';
import { publishReadiness } from './health/publish-readiness.ts';
import { addReadinessChecks } from './health/readiness.ts';
import { startAdminServer } from './http/admin-server.ts';
import { describePublicApi, startPublicServer } from './http/public-server.ts';
import { readIdentity } from './identity.ts';
import { PostStartMarker } from './lifecycle/post-start.ts';
import { openStores } from './open-stores.ts';
import { createProcessState, type ProcessState } from './process-state.ts';
import { openRequestMetrics } from './stats/request-metrics.ts';

/** Exit codes by the code of the error that keeps the app from starting. */
const exitCodeByError: Record<string, number> = {
  ERR_POST_START: appExitCodes.postStart,
  ERR_DATA_DAMAGED: appExitCodes.damagedData,
};

/** Start the app. If it cannot start, the process exits with the code of the error. */
export async function serve(context: Context<Config>, host: NodeJS.Process): Promise<void> {
  const startedAt = new Date(performance.timeOrigin);
  const facts = { hostname: hostname(), pid: host.pid, nodeVersion: host.version, startedAt };
  try {
    await start(context, createProcessState(context, readIdentity(context.config, facts)), host);
  } catch (error) {
    const exitCode = exitCodeByError[getErrorCode(error) ?? ''];
    if (exitCode === undefined) throw error;
    context.log.fatal({ err: error }, `cannot start: ${describeError(error)}`);
    host.exit(exitCode);
  }
}

/**
 * The admin port listens first, so that probes are answered while the app still waits; the public port listens last.
 * Parts are closed in the reverse order.
 */
async function start(context: Context<Config>, state: ProcessState, host: NodeJS.Process): Promise<void> {
  const { config, log, lifecycle, health } = context;
  const exit = (code: number) => host.exit(code);
  const metrics = await openRequestMetrics(context, state);
  const stores = await openStores(context, state, host);
  const onDrop = (drop: Drop) => log.info(drop, 'dropped a slow client of a stream');
  const streams = {
    site: new EventStreams({ limit: 1000, onDrop }),
    console: new EventStreams({ limit: 100, onDrop }),
  };
  const publicApi = describePublicApi();
  await startAdminServer(context, { state, stores, streams, exit, publicApi });
  await state.settings.start();
  if (config.postStartFile !== undefined) {
    const marker = new PostStartMarker(config.postStartFile);
    lifecycle.atClose('postStart marker', () => marker.remove());
    await marker.wait(config.postStartTimeout);
    state.timeline.record('hook', `postStart marker found: ${config.postStartFile}`);
  }
  const { overload, availability, history } = state;
  lifecycle.atClose('readiness checks', addReadinessChecks({ config, health, overload, checks: stores.checks }));
  await publishReadiness({ config, log, health, lifecycle, availability, history });
  await startPublicServer(context, { state, stores, metrics, stream: streams.site, api: publicApi });
  lifecycle.atClose('event streams', () => streams.site.close());
}
