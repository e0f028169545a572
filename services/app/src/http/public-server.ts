import type { HttpMetrics } from '@podkit/chassis/http/http-metrics';
import { ApiDocument, jsonResponse } from '@podkit/chassis/http/openapi';
import { createServer, listen } from '@podkit/chassis/http/server';
import type { EventStreams } from '@podkit/chassis/http/sse';
import type { Context } from '@podkit/chassis/process/service';
import pkg from '../../package.json' with { type: 'json' };
import type { Config } from '../config.ts';
import { parseCsp } from '../content-security-policy.ts';
import { appExitCodes } from '../exit-codes.ts';
import type { Stores } from '../open-stores.ts';
import type { ProcessState } from '../process-state.ts';
import { errorStatuses, sendRetryAfter } from './error-statuses.ts';
import { liveRoutes } from './live-routes.ts';
import { notesRoutes } from './notes-routes.ts';
import { podsRoutes } from './pods-routes.ts';
import { addSecurityHeaders } from './security-headers.ts';
import { SiteFiles, siteRoutes } from './site-routes.ts';
import { guardByToken } from './token-guard.ts';
import { trafficGate } from './traffic-gate.ts';

export type PublicParts = {
  state: ProcessState;
  stores: Stores;
  metrics: HttpMetrics;
  stream: EventStreams;
  api: ApiDocument;
};

/** The document is not at `/openapi.json`, since paths outside /api/ belong to the site. */
export const describePublicApi = () =>
  new ApiDocument({
    title: 'app',
    version: pkg.version,
    path: '/api/openapi.json',
    securitySchemes: { api: { type: 'http', scheme: 'bearer', description: 'Where APP_API_TOKEN is set.' } },
  });

const identitySchema = {
  summary: 'Which Pod this is',
  response: { 200: jsonResponse('Its name, namespace, ordinal and start.') },
};

/** Listen on the public port, with site and API. It closes first. */
export async function startPublicServer(context: Context<Config>, parts: PublicParts): Promise<void> {
  const { config, log, lifecycle } = context;
  const { state, stores, metrics, stream, api } = parts;
  const site = new SiteFiles(config.site);
  const { notFound } = site;
  const server = createServer({ log, lifecycle, metrics, statuses: errorStatuses, notFound, api });
  sendRetryAfter(server);
  state.overload.watch(server);
  trafficGate(server, state);
  const { pod, namespace, ordinal, startedAt } = state.identity;
  server.get('/api/pod', { schema: identitySchema }, () => ({ pod, namespace, ordinal, startedAt }));
  const onDamage = () => context.stop('the database is damaged', appExitCodes.damagedData);
  void server.register(async (scope) => {
    const { apiToken, internalToken } = config;
    const message = 'this API needs Authorization: Bearer <APP_API_TOKEN>';
    if (apiToken !== undefined) await guardByToken(scope, { tokens: () => [apiToken, internalToken], message });
    notesRoutes(scope, { notes: stores.notes, bodyLimit: config.noteLimit });
    podsRoutes(scope, { pods: stores.pods, internalToken, valueLimit: config.valueLimit, onDamage });
  });
  liveRoutes(server, { watch: stores.siteWatch, stream });
  // A scope of its own, since only pages need security headers.
  void server.register(async (scope) => {
    if (config.securityHeaders) addSecurityHeaders(scope, parseCsp(config.siteCsp));
    siteRoutes(scope, site);
  });
  lifecycle.atClose('preStop answers', () => state.hooks.markDrained());
  lifecycle.atClose('public port', () => server.close());
  await listen(server, { host: config.host, port: config.port, setting: 'PORT' });
}
