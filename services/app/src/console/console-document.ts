import type { Lifecycle } from '@podkit/chassis/process/lifecycle';
import type { Chaos } from '../chaos/chaos.ts';
import type { Overload } from '../health/overload.ts';
import type { ProbeHistory } from '../health/probe-history.ts';
import type { Identity } from '../identity.ts';
import type { Notes } from '../notes/notes.ts';
import type { Life } from '../pods/lives.ts';
import type { LiveSettings } from '../settings/live-settings.ts';
import type { SiteWatch } from '../site/site-watch.ts';
import { cut } from './cut.ts';
import type { DownwardWatch } from './downward.ts';
import { type DrainSources, describeDrain } from './drain-progress.ts';
import { listStores } from './flows.ts';
import type { KnownMembers } from './known-members.ts';
import { findLimits } from './limits.ts';
import type { Monitor } from './monitor.ts';
import { type Container, listAdaptedSeries, type Sidecar, type Sidecars } from './sidecars.ts';

export type ConsoleSources = {
  identity: Identity;
  lifecycle: Lifecycle;
  history: ProbeHistory;
  sidecars: Sidecars;
  downward: DownwardWatch;
  monitor: Monitor;
  siteWatch: SiteWatch;
  notes: Notes;
  notesBackend: { protocol: string; ambassador: string };
  overload: Overload;
  loopLimit: number;
  settings: LiveSettings;
  chaos: Chaos;
  chaosEnabled: boolean;
  drain: Omit<DrainSources, 'lifecycle'>;
  members: KnownMembers;
  livesBefore: readonly Omit<Life, 'node' | 'uid'>[];
};

/** Maximum number of adapted series that are shown. */
const maxShownSeries = 200;

/** The current state as the console shows it; README.md describes the document. */
export function consoleDocument(sources: ConsoleSources): Record<string, unknown> {
  const { identity, history, sidecars, downward, monitor, overload, settings, chaos, chaosEnabled } = sources;
  const loop = sources.loopLimit > 0 ? sources.loopLimit : undefined;
  return {
    at: Date.now(),
    banner: settings.get('banner') ?? '',
    identity,
    lifecycle: describeLifecycle(sources),
    containers: [describeApp(sources.lifecycle), ...sidecars.all.map(describeContainer)],
    flows: monitor.flows,
    stores: listStores(sidecars.all),
    limits: findLimits(sidecars.all, { heap: monitor.heapLimit, loop }),
    probes: history.counts,
    site: describeSite(sources.siteWatch),
    notes: describeNotes(sources),
    members: sources.members.known,
    livesBefore: sources.livesBefore,
    metrics: describeMetrics(sidecars.all),
    downward: downward.known,
    overload: overload.state,
    settings: cut(settings.shown()),
    chaos: { enabled: chaosEnabled, active: chaos.active },
  };
}

function describeLifecycle({ lifecycle, drain }: ConsoleSources) {
  const last = lifecycle.events.at(-1);
  return {
    state: lifecycle.state,
    reason: last?.reason ?? '',
    since: last?.at ?? 0,
    drain: describeDrain({ lifecycle, ...drain }, Date.now()),
  };
}

function describeApp({ state, events }: Lifecycle): Container {
  const last = events.at(-1);
  // While it drains it still answers, so it counts as ready.
  const ready = state === 'ready' || state === 'draining';
  return {
    name: 'app',
    state: ready ? 'ready' : 'unready',
    since: last?.at ?? 0,
    milliseconds: 0,
    detail: last?.reason ?? '',
  };
}

/** A sidecar, with the use of its process from its metrics. */
function describeContainer({ series, ...container }: Sidecar) {
  const findValue = (end: string) => series.find(({ name }) => name.endsWith(end))?.value;
  const started = findValue('process_start_time_seconds');
  return {
    ...container,
    memory: findValue('process_resident_memory_bytes'),
    cpuSeconds: findValue('process_cpu_seconds_total'),
    startedAt: started && started * 1000,
    version: series.find(({ name }) => name.endsWith('build_info'))?.labels.version,
  };
}

function describeMetrics(sidecars: readonly Sidecar[]) {
  const adapter = sidecars.find(({ name }) => name === 'metrics-adapter');
  if (adapter === undefined) return { ok: false, error: 'not asked yet' };
  if (adapter.metricsError !== undefined) return { ok: false, error: adapter.metricsError };
  const adapted = listAdaptedSeries(sidecars);
  return { ok: true, series: cut(adapted.slice(0, maxShownSeries)), total: adapted.length };
}

function describeSite({ published }: SiteWatch) {
  return published === undefined ? { published: false } : { published: true, ...published };
}

function describeNotes({ notes, notesBackend }: ConsoleSources) {
  const { degradedSince } = notes;
  return { store: notes.store.name, ...notesBackend, degraded: degradedSince !== undefined, degradedSince };
}
