import { ApiDocument } from '@podkit/chassis/http/openapi';
import { serveMetrics, serveProbes } from '@podkit/chassis/http/probes';
import { createServer, listen, type Server } from '@podkit/chassis/http/server';
import type { EventStreams } from '@podkit/chassis/http/sse';
import { swaggerUi } from '@podkit/chassis/http/swagger-ui';
import type { Context } from '@podkit/chassis/process/service';
import pkg from '../../package.json' with { type: 'json' };
import type { Config } from '../config.ts';
import type { Stores } from '../open-stores.ts';
import type { ProcessState } from '../process-state.ts';
import { hookRoutes, watchProbes } from './admin-routes.ts';
import { chaosRoutes } from './chaos-routes.ts';
import { errorStatuses } from './error-statuses.ts';
import { guardToLoopback } from './local-guard.ts';
import { memberConsole } from './member-console.ts';
import { openConsole } from './open-console.ts';
import { statsRoutes } from './stats-routes.ts';
import { guardByToken } from './token-guard.ts';

export type AdminParts = {
  state: ProcessState;
  stores: Stores;
  streams: { site: EventStreams; console: EventStreams };
  exit: (code: number) => void;
  /** The document of the public port; Swagger UI shows both. */
  publicApi: ApiDocument;
};

const bearer = (setting: string) =>
  ({ type: 'http', scheme: 'bearer', description: `The token of ${setting}.` }) as const;
const securitySchemes = { hook: bearer('APP_HOOK_TOKEN'), chaos: bearer('APP_CHAOS_TOKEN') };

/**
 * Listen on the admin port, which closes last. Probes and metrics need no token. Hooks and chaos need theirs. Console and
 * stats answer callers within the Pod.
 */
export async function startAdminServer(context: Context<Config>, parts: AdminParts): Promise<void> {
  const { config, log, lifecycle, health, metrics } = context;
  const { state } = parts;
  const api = new ApiDocument({ title: 'app, admin port', version: pkg.version, securitySchemes });
  const admin = createServer({ log, lifecycle, statuses: errorStatuses, api });
  watchProbes(admin, state);
  serveProbes(admin, { health, lifecycle, drainReadiness: config.drainReadiness });
  serveMetrics(admin, metrics.registry);
  void admin.register(async (scope) => {
    const message = 'hooks need Authorization: Bearer <APP_HOOK_TOKEN>';
    await guardByToken(scope, { tokens: () => [config.hookToken], message });
    hookRoutes(scope, state);
  });
  if (config.chaos) {
    void admin.register(async (scope) => {
      const message = 'the chaos controls need Authorization: Bearer <APP_CHAOS_TOKEN>';
      await guardByToken(scope, { tokens: () => [state.settings.get('chaosToken')], message });
      chaosRoutes(scope, { chaos: state.chaos, exit: parts.exit });
    });
  }
  const documents = config.swaggerUi ? await swaggerUi([api, parts.publicApi]) : undefined;
  void admin.register(async (scope) => {
    insideRoutes(scope, context, parts);
    if (documents !== undefined) await scope.register(documents);
  });
  lifecycle.atClose('admin', () => admin.close());
  await listen(admin, { host: config.host, port: config.adminPort, setting: 'ADMIN_PORT' });
}

function insideRoutes(scope: Server, context: Context<Config>, parts: AdminParts): void {
  const { internalToken, consoleOpen } = context.config;
  const { state, stores, streams } = parts;
  if (!consoleOpen) guardToLoopback(scope, { internalToken });
  statsRoutes(scope, { requests: context.metrics.http, state, notes: stores.notes });
  openConsole(scope, context, state, {
    stores,
    stream: streams.console,
    streams: () => streams.console.size + streams.site.size,
  });
  memberConsole(scope, {
    self: stores.pods.ordinal,
    adminUrl: (ordinal) => stores.pods.adminUrl(ordinal),
    token: internalToken,
  });
}
