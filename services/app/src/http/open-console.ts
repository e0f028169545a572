import { join } from 'node:path';
import type { Server } from '@podkit/chassis/http/server';
import type { EventStreams } from '@podkit/chassis/http/sse';
import type { Context } from '@podkit/chassis/process/service';
import type { Config } from '../config.ts';
import { type ConsoleSources, consoleDocument } from '../console/console-document.ts';
import { ConsoleFeed } from '../console/console-feed.ts';
import { DownwardWatch } from '../console/downward.ts';
import { historyDocument, NewEntries } from '../console/history.ts';
import { KnownMembers } from '../console/known-members.ts';
import { Monitor } from '../console/monitor.ts';
import { Sidecars, type SidecarUrls } from '../console/sidecars.ts';
import type { Stores } from '../open-stores.ts';
import type { Life } from '../pods/lives.ts';
import type { ProcessState } from '../process-state.ts';
import { publicFolder } from '../public-folder.ts';
import { consoleApi } from './console-api.ts';
import { consoleRoutes } from './console-routes.ts';

export type ConsoleParts = {
  stores: Stores;
  stream: EventStreams;
  /** Open event streams of the whole process. */
  streams: () => number;
};

/** Serve the console's page and API, and measure what they show. */
export function openConsole(server: Server, context: Context<Config>, state: ProcessState, parts: ConsoleParts): void {
  const { lifecycle } = context;
  const sources = consoleSources(context, state, parts);
  const { monitor } = sources;
  const document = () => consoleDocument(sources);
  const past = { samples: monitor.samples, series: monitor.series, timeline: state.timeline, history: state.history };
  const feed = new ConsoleFeed({ stream: parts.stream, document, added: new NewEntries(past) });
  // It closes with the admin port, so that an open page shows the drain to its end.
  lifecycle.atClose('console', () => {
    monitor.stop();
    feed.stop();
    parts.stream.close();
  });
  state.timeline.onChange(() => feed.touch());
  state.history.onCall(() => feed.touch());
  const freshDocument = async () => {
    await Promise.all([monitor.ask(), sources.members.ask()]);
    return document();
  };
  consoleApi(server, { document: freshDocument, history: () => historyDocument(past), stream: parts.stream });
  consoleRoutes(server, { folder: join(publicFolder, 'console') });
}

function consoleSources(context: Context<Config>, state: ProcessState, parts: ConsoleParts): ConsoleSources {
  const { config, lifecycle, metrics } = context;
  const { stores, stream } = parts;
  const { host } = new URL(config.notesProtocol === 'dapr' ? config.ambassadorUrl : config.redisUrl);
  const inFlight = () => state.overload.inFlight;
  const record = state.timeline.record.bind(state.timeline);
  const sidecars = new Sidecars(stores.client, sidecarUrls(config), (kind, text, name) => record(kind, text, { name }));
  const downward = new DownwardWatch(stores.client, config.downwardUrl, (text) => record('labels', text));
  const isWatched = () => stream.size > 0;
  return {
    ...state,
    lifecycle,
    sidecars,
    downward,
    monitor: new Monitor({ sidecars, downward, requests: metrics.http, probes: state.history, inFlight, isWatched }),
    siteWatch: stores.siteWatch,
    notes: stores.notes,
    notesBackend: { protocol: config.notesProtocol, ambassador: host },
    loopLimit: config.maxEventLoopDelay,
    chaosEnabled: config.chaos,
    drain: { delayMs: config.drainDelay, timeoutMs: config.shutdownTimeout, inFlight, streams: parts.streams },
    members: new KnownMembers(() => stores.pods.list()),
    livesBefore: listLivesBefore(stores.pods.lives),
  };
}

/** Maximum number of earlier lives that are shown. */
const maxShownLives = 20;

/** The earlier lives, without nodes and UIDs: callers of the console need not know these. */
function listLivesBefore(lives: readonly Life[]) {
  return lives
    .slice(0, -1)
    .slice(-maxShownLives)
    .map(({ node: _node, uid: _uid, ...life }) => life);
}

/** The settings have the URLs of the probes; the metrics are on the same port. */
function sidecarUrls({ gitSyncUrl, ambassadorProbeUrl, adapterUrl, downwardUrl }: Readonly<Config>): SidecarUrls {
  return {
    'git-sync': addMetrics(new URL(gitSyncUrl)),
    ambassador: addMetrics(new URL(ambassadorProbeUrl)),
    'metrics-adapter': addMetrics(new URL('readyz', addSlash(adapterUrl))),
    'downward-reader': addMetrics(new URL('readyz', addSlash(downwardUrl))),
  };
}

const addMetrics = (probe: URL) => ({ probe: probe.href, metrics: new URL('/metrics', probe).href });

const addSlash = (url: string): string => (url.endsWith('/') ? url : `${url}/`);
