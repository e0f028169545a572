import { parseAdapterConfig } from '../../services/metrics-adapter/src/config/load.ts';
import { encodeText } from '../../services/metrics-adapter/src/exposition/text.ts';
import { compileJsonMetrics } from '../../services/metrics-adapter/src/json/json-metrics.ts';
import { parseJson } from '../../services/metrics-adapter/src/json/parse.ts';
import { Snapshot } from '../../services/metrics-adapter/src/series/snapshot.ts';
import { alternate } from '../core/bench.ts';
import { median } from '../core/median.ts';
import { type Growth, growth, type Row, row } from '../core/row.ts';

type Element = { id: string; zone: string; state: string; count: number; seconds: number; note: string };

/** Read 1 MB of JSON: 10,000 elements with three labels and two values. The peer is a bare JSON.parse and joined strings. */
export async function json(): Promise<Row[]> {
  const [bytes, read] = prepare(10_000);
  const { ours, theirs } = await alternate(
    { ours: () => timed(() => read(bytes)), theirs: () => timed(() => bare(bytes)) },
    15,
  );
  const peer = { name: 'JSON.parse and joined strings', figures: theirs };
  const work = `${(bytes.length / 1e6).toFixed(1)} MB of JSON as text`;
  return [row({ work, unit: 'ms', ours, peer, goal: { of: 'ratio', atMost: 3 } })];
}

/** The cost of a document with a growing number of elements. */
export async function elementsGrowth(): Promise<Growth[]> {
  const costs: Growth['costs'] = [];
  for (const size of [1000, 10_000, 100_000]) {
    const [bytes, read] = prepare(size);
    const { ours } = await alternate({ ours: () => timed(() => read(bytes)) }, 7);
    costs.push({ size, cost: median(ours) });
  }
  return [growth('a JSON document, by elements', 'ms', costs)];
}

function prepare(elements: number): [bytes: Buffer, read: (bytes: Buffer) => number] {
  const bytes = Buffer.from(JSON.stringify({ items: Array.from({ length: elements }, makeElement) }));
  const labels = { id: '@.id', zone: '@.zone', state: '@.state' };
  const shared = { path: '$.items[*]', labels };
  const metrics = [
    { ...shared, type: 'counter', name: 'item_count_total', value: '@.count' },
    { ...shared, type: 'gauge', name: 'item_seconds', value: '@.seconds' },
  ];
  const file = JSON.stringify({ json: [{ name: 'bench', url: 'http://localhost', metrics }] });
  const read = compileJsonMetrics(parseAdapterConfig(file, 'bench').json[0]?.metrics ?? []);
  return [
    bytes,
    () => {
      const snapshot = new Snapshot({ seriesPerMetric: elements, seriesPerSource: 2 * elements }, () => undefined);
      read(parseJson(bytes), snapshot, () => undefined);
      let size = 0;
      for (const text of encodeText(snapshot.families(), { openMetrics: false, escaping: 'underscores' }))
        size += Buffer.from(text).length;
      return size;
    },
  ];
}

function makeElement(_item: unknown, at: number): Element {
  return {
    id: `item-${at}`,
    zone: `z${at % 9}`,
    state: 'ACTIVE',
    count: at,
    seconds: at / 7,
    note: 'nobody reads this',
  };
}

/** The least work that gives the same lines: parse, join strings, encode. */
function bare(bytes: Buffer): number {
  const { items } = JSON.parse(bytes.toString()) as { items: Element[] };
  let first = '';
  let second = '';
  for (const { id, zone, state, count, seconds } of items) {
    const labels = `{id="${id}",state="${state}",zone="${zone}"} `;
    first += `item_count_total${labels}${count}\n`;
    second += `item_seconds${labels}${seconds}\n`;
  }
  return Buffer.from(first + second).length;
}

function timed(run: () => number): number {
  const began = performance.now();
  run();
  return performance.now() - began;
}
