import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { Counter, Registry } from 'prom-client';
import { encode } from '../../services/metrics-adapter/src/exposition/respond.ts';
import { SeriesStore } from '../../services/metrics-adapter/src/series/store.ts';
import { alternate } from '../core/bench.ts';
import { median } from '../core/median.ts';
import { packageVersion } from '../core/programs.ts';
import { type Growth, growth, type Row, row } from '../core/row.ts';

/** The labels of a series, the same for ours and the peer. */
const makeLabels = (at: number) => ({
  method: 'GET',
  route: `/items/${at}`,
  status: String(200 + (at % 5)),
  zone: `z${at % 7}`,
});

type Cost = { milliseconds: number; longestBlock: number };

/** Write 100,000 counters with four labels as text. The peer is prom-client in the same process. */
export async function exposition(): Promise<Row[]> {
  const series = 100_000;
  const ours = prepareOurs(series);
  const theirs = prepareTheirs(series);
  const costs = await alternate({ ours: () => measure(ours), theirs: () => measure(theirs) });
  const make = (figure: keyof Cost) => ({
    unit: 'ms',
    ours: costs.ours.map((cost) => cost[figure]),
    peer: { name: packageVersion('prom-client'), figures: costs.theirs.map((cost) => cost[figure]) },
  });
  return [
    row({ work: '100,000 series as text', ...make('milliseconds'), goal: { of: 'ratio', atMost: 0.1 } }),
    // The median of the longest blocks of each round: other processes on a busy machine cause longer ones.
    row({ work: 'longest block of the event loop', ...make('longestBlock'), goal: { of: 'ours', atMost: 20 } }),
  ];
}

/** The cost of a scrape with a growing number of series. */
export async function seriesGrowth(): Promise<Growth[]> {
  const costs: Growth['costs'] = [];
  for (const size of [1000, 10_000, 100_000]) {
    const prepare = prepareOurs(size);
    const { ours } = await alternate({ ours: () => measure(prepare) });
    costs.push({ size, cost: median(ours.map(({ milliseconds }) => milliseconds)) });
  }
  return [growth('a scrape, by series', 'ms', costs)];
}

/** Changes every series, so that a scrape can reuse nothing of the last one. Returns the scrape. */
type Prepare = () => () => Promise<void>;

async function measure(prepare: Prepare): Promise<Cost> {
  const scrape = prepare();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  await nextTurn();
  delay.enable();
  const began = performance.now();
  await scrape();
  const milliseconds = performance.now() - began;
  // The monitor sees the last block only when its timer fires.
  await sleep(5);
  delay.disable();
  return { milliseconds, longestBlock: delay.max / 1e6 };
}

function prepareTheirs(series: number): Prepare {
  const registry = new Registry();
  const labelNames = ['method', 'route', 'status', 'zone'];
  const counter = new Counter({ name: 'bench_requests_total', help: 'x', labelNames, registers: [registry] });
  return () => {
    for (let at = 0; at < series; at += 1) counter.inc(makeLabels(at), at);
    return async () => void (await registry.metrics());
  };
}

function prepareOurs(series: number): Prepare {
  const store = new SeriesStore();
  const sink = store.sink('bench', { seriesPerMetric: series, seriesPerSource: series });
  const spec = { type: 'counter', name: 'bench_requests_total', help: 'x', ttl: 0 } as const;
  const handles = Array.from({ length: series }, (_item, at) =>
    sink.series(spec, new Map(Object.entries(makeLabels(at)))),
  );
  return () => {
    for (const [at, handle] of handles.entries()) handle?.add(at);
    return async () => {
      for await (const piece of encode(store.families(), { kind: 'text', version: '0.0.4', escaping: 'underscores' }))
        void piece.length;
    };
  };
}
