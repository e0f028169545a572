import { join } from 'node:path';
import { createServer, listen, type Server } from '@podkit/chassis/http/server';
import type { Context } from '@podkit/chassis/process/service';
import type { Config } from './config.ts';
import { type ConsoleSources, consoleDocument } from './console/console-document.ts';
import { ConsoleFeed } from './console/console-feed.ts';
import { Neighbours } from './console/neighbours.ts';
import type { Core } from './core.ts';
import type { Data } from './data.ts';
import { startEmission } from './emission.ts';
import { chaosRoutes } from './http/chaos-routes.ts';
import { consoleApi } from './http/console-api.ts';
import { consoleRoutes } from './http/console-routes.ts';
import { EventStream } from './http/event-stream.ts';
import { liveRoutes } from './http/live-routes.ts';
import { notesRoutes } from './http/notes-routes.ts';
import { shardPeerRoutes } from './http/shard-peer-routes.ts';
import { shardRoutes } from './http/shard-routes.ts';
import { siteRoutes } from './http/site-routes.ts';
import { statsRoutes } from './http/stats-routes.ts';
import { trafficGate } from './http/traffic-gate.ts';
import { useTypeboxValidation } from './http/validation.ts';
import { joinShard, shardStatus } from './shard-parts.ts';
import { RequestStats } from './stats/request-stats.ts';

const publicFolder = join(import.meta.dirname, '..', 'public');

type Streams = { site: EventStream; console: EventStream };

/** Listen on the traffic port: site, console and API. It is the first to close. */
export async function startTraffic(
  context: Context<Config>,
  core: Core,
  data: Data,
  exit: (code: number) => void,
): Promise<void> {
  const { config, log, lifecycle, metrics } = context;
  const requests = new RequestStats();
  requests.onRequest((...observation) => metrics.http.observe(...observation));
  startEmission(context, core, requests);
  const server = createServer({ log, lifecycle, metrics: requests });
  useTypeboxValidation(server);
  const streams = { site: new EventStream({ maxClients: 1000 }), console: new EventStream({ maxClients: 100 }) };
  trafficGate(server, core);
  statsRoutes(server, { requests, core, notes: data.notes });
  notesRoutes(server, { notes: data.notes, bodyLimit: config.noteLimit });
  if (config.chaos) chaosRoutes(server, { chaos: core.chaos, token: () => core.settings.get('chaosToken'), exit });
  serveConsole(server, context, core, data, streams);
  serveShard(server, context, data);
  liveRoutes(server, { watch: data.siteWatch, stream: streams.site });
  siteRoutes(server, { site: data.site });
  lifecycle.atClose('preStop answers', () => core.hooks.markDrained());
  lifecycle.atClose('traffic', () => server.close());
  lifecycle.atClose('event streams', () => {
    streams.site.close();
    streams.console.close();
  });
  await listen(server, { host: config.host, port: config.port, setting: 'PORT' });
  // Only now can the others hand this Pod what is its own.
  if (data.shard !== undefined) await joinShard(context, data.shard);
}

function serveShard(server: Server, { config }: Context<Config>, { shard: parts }: Data): void {
  if (parts === undefined) return;
  const { shard, peers, sync } = parts;
  const { shardToken: token, shardValueLimit: valueLimit, shardTimeout: timeout } = config;
  shardRoutes(server, { shard, peers, token, valueLimit, timeout, status: () => shardStatus(parts) });
  shardPeerRoutes(server, { shard, sync, token, bodyLimit: valueLimit });
}

function serveConsole(server: Server, context: Context<Config>, core: Core, data: Data, streams: Streams): void {
  const sources = consoleSources(context, core, data, streams);
  const document = () => consoleDocument(sources);
  const feed = new ConsoleFeed(streams.console, document);
  context.lifecycle.atClose('console feed', () => feed.stop());
  core.timeline.onChange(() => feed.touch());
  core.history.onCall(() => feed.touch());
  consoleApi(server, { document, stream: streams.console });
  consoleRoutes(server, { folder: join(publicFolder, 'console') });
}

function consoleSources(context: Context<Config>, core: Core, data: Data, streams: Streams): ConsoleSources {
  const { config, lifecycle } = context;
  const { gitSyncUrl, ambassadorProbeUrl, adapterUrl, downwardUrl } = config;
  const urls = { gitSync: gitSyncUrl, ambassador: ambassadorProbeUrl, adapter: adapterUrl, downward: downwardUrl };
  const { host } = new URL(config.notesProtocol === 'dapr' ? config.ambassadorUrl : config.redisUrl);
  return {
    ...core,
    lifecycle,
    neighbours: new Neighbours(data.client, urls),
    siteWatch: data.siteWatch,
    notes: data.notes,
    notesBackend: { protocol: config.notesProtocol, ambassador: host },
    chaosEnabled: config.chaos,
    drain: {
      delayMs: config.drainDelay,
      timeoutMs: config.shutdownTimeout,
      inFlight: () => core.overload.state.inFlight,
      streams: () => streams.console.size + streams.site.size,
    },
    shard: () => data.shard && shardStatus(data.shard),
  };
}
