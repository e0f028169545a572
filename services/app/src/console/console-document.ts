import type { Lifecycle } from '@podkit/chassis/process/lifecycle';
import type { Chaos } from '../chaos/chaos.ts';
import type { Overload } from '../health/overload.ts';
import type { ProbeHistory } from '../health/probe-history.ts';
import type { Identity } from '../identity.ts';
import type { Timeline } from '../lifecycle/timeline.ts';
import type { Notes } from '../notes/notes.ts';
import type { LiveSettings } from '../settings/live-settings.ts';
import type { SiteWatch } from '../site/site-watch.ts';
import { type DrainSources, drainProgress } from './drain-progress.ts';
import type { Container, Neighbours } from './neighbours.ts';

export type ConsoleSources = {
  identity: Identity;
  lifecycle: Lifecycle;
  timeline: Timeline;
  history: ProbeHistory;
  neighbours: Neighbours;
  siteWatch: SiteWatch;
  notes: Notes;
  notesBackend: { protocol: string; ambassador: string };
  overload: Overload;
  settings: LiveSettings;
  chaos: Chaos;
  chaosEnabled: boolean;
  drain: Omit<DrainSources, 'lifecycle'>;
  shard: () => unknown;
};

/** Everything the console shows, as one document; README.md describes it. */
export async function consoleDocument(sources: ConsoleSources): Promise<Record<string, unknown>> {
  const { identity, timeline, history, neighbours, overload, settings, chaos, chaosEnabled, shard } = sources;
  await neighbours.look();
  return {
    at: Date.now(),
    banner: settings.get('banner') ?? '',
    identity,
    containers: [ownContainer(sources.lifecycle), ...neighbours.containers],
    probes: history.snapshot(),
    lifecycle: { ...lifecycleNow(sources), events: timeline.events },
    site: siteNow(sources.siteWatch),
    notes: notesNow(sources),
    metrics: neighbours.metrics,
    downward: neighbours.downward,
    shard: shard(),
    overload: overload.state,
    settings: settings.shown(),
    chaos: { enabled: chaosEnabled, active: chaos.active },
  };
}

function lifecycleNow({ lifecycle, drain }: ConsoleSources) {
  const since = lifecycle.events.at(-1)?.at ?? 0;
  return { state: lifecycle.state, since, drain: drainProgress({ lifecycle, ...drain }, Date.now()) };
}

function ownContainer({ state, events }: Lifecycle): Container {
  const last = events.at(-1);
  // Draining, it still answers: readiness is kept on purpose.
  const ready = state === 'ready' || state === 'draining';
  return {
    name: 'app',
    state: ready ? 'ready' : 'unready',
    since: last?.at ?? 0,
    milliseconds: 0,
    detail: last?.reason ?? '',
  };
}

function siteNow({ published }: SiteWatch) {
  if (published === undefined) return { published: false };
  return { published: true, ...published, ageSeconds: Math.round((Date.now() - published.publishedAt) / 1000) };
}

function notesNow({ notes, notesBackend }: ConsoleSources) {
  const { degradedSince } = notes;
  return { store: notes.store.name, ...notesBackend, degraded: degradedSince !== undefined, degradedSince };
}
