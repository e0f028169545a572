import { hostname } from 'node:os';
import { codeOf, messageOf } from '@podkit/chassis/errors';
import type { Context } from '@podkit/chassis/process/service';
import { startAdmin } from './admin.ts';
import type { Config } from './config.ts';
import { createCore } from './core.ts';
import { openData } from './data.ts';
import { appExitCodes } from './exit-codes.ts';
import { addReadinessChecks } from './health/readiness.ts';
import { openReadinessOutlets } from './health/readiness-outlets.ts';
import { identityOf } from './identity.ts';
import { PostStartMarker } from './lifecycle/post-start.ts';
import { startTraffic } from './traffic.ts';

/** Exit codes by the code of the error that keeps the app from starting. */
const exitCodeByError: Record<string, number> = {
  ERR_POST_START: appExitCodes.postStart,
  ERR_JOURNAL: appExitCodes.badJournal,
};

/**
 * Start the app: the admin port first, so that probes are answered while the rest starts, the traffic port last. What is
 * registered to be released is released in the reverse order.
 */
export async function startApp(context: Context<Config>, host: NodeJS.Process): Promise<void> {
  const { hostname: name, startedAt } = { hostname: hostname(), startedAt: new Date(performance.timeOrigin) };
  const identity = identityOf(context.config, { hostname: name, pid: host.pid, nodeVersion: host.version, startedAt });
  try {
    await start(context, createCore(context, identity), host);
  } catch (error) {
    const exitCode = exitCodeByError[codeOf(error) ?? ''];
    if (exitCode === undefined) throw error;
    context.log.fatal({ err: error }, `cannot start: ${messageOf(error)}`);
    host.exit(exitCode);
  }
}

async function start(context: Context<Config>, core: ReturnType<typeof createCore>, host: NodeJS.Process) {
  const { config, log, lifecycle, health } = context;
  await startAdmin(context, core);
  await core.settings.start();
  if (config.postStartFile !== undefined) {
    const marker = new PostStartMarker(config.postStartFile);
    lifecycle.atClose('postStart marker', () => marker.remove());
    await marker.wait(config.postStartTimeout);
    core.timeline.record('hook', `postStart marker found: ${config.postStartFile}`);
  }
  const data = await openData(context, core);
  const { overload, availability, history } = core;
  lifecycle.atClose('readiness checks', addReadinessChecks({ config, health, overload, looks: data.looks }));
  await openReadinessOutlets({ config, log, health, lifecycle, availability, history });
  await startTraffic(context, core, data, (code) => host.exit(code));
}
