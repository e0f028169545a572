import { createServer, listen, type Server } from '@podkit/chassis/http/server';
import type { Context } from '@podkit/chassis/process/service';
import type { Config } from './config.ts';
import { openConsole } from './console/open-console.ts';
import type { Core } from './core.ts';
import type { Data } from './data.ts';
import { startEmission } from './emission.ts';
import { chaosRoutes } from './http/chaos-routes.ts';
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
  openConsole(server, context, core, {
    data,
    requests,
    stream: streams.console,
    streams: () => streams.console.size + streams.site.size,
    members: async () => [],
  });
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
