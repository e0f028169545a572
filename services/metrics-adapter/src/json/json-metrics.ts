import { escapeValue, quoteName } from '../series/labels.ts';
import type { Snapshot, SnapshotFamily } from '../series/snapshot.ts';
import type { JsonLabelConfig, JsonMetricConfig } from './config.ts';
import type { Json } from './parse.ts';
import { compileQuery, type Node, type Query, valueAt } from './query.ts';
import { labelOf, numberOf, timeOf } from './value.ts';

/** Reads a parsed document into a snapshot. `onBadValue` is told of each value that is no number, or timestamp that is no time. */
export type JsonReader = (
  document: Json,
  snapshot: Snapshot,
  onBadValue: (reason: 'value' | 'timestamp') => void,
) => void;

type Group = { elements: Query; label: (node: Node, root: Json) => string; metrics: Metric[] };
type Metric = { config: JsonMetricConfig; value: Query; timestamp: Query | undefined };

/**
 * Compile metrics. Those that read the same elements with the same labels share one walk and one text of labels.
 *
 * @throws {PodkitError} ERR_JSONPATH
 */
export function compileJsonMetrics(configs: readonly JsonMetricConfig[]): JsonReader {
  const groups = new Map<string, Group>();
  for (const config of configs) {
    const { path, labels, value, timestamp } = config;
    const key = JSON.stringify([path, labels]);
    const group = groups.get(key) ?? { elements: compileQuery(path), label: compileLabels(labels), metrics: [] };
    groups.set(key, group);
    const time = timestamp === undefined ? undefined : compileQuery(timestamp);
    group.metrics.push({ config, value: compileQuery(value), timestamp: time });
  }
  return (document, snapshot, onBadValue) => {
    for (const group of groups.values()) readGroup(group, document, snapshot, onBadValue);
  };
}

function readGroup(
  { elements, label, metrics }: Group,
  root: Json,
  snapshot: Snapshot,
  onBadValue: (reason: 'value' | 'timestamp') => void,
): void {
  const targets = metrics.flatMap((metric) => {
    const family = snapshot.family(metric.config, metric.config.type);
    return family === undefined ? [] : [{ ...metric, family }];
  });
  for (const node of elements.all(root)) {
    const labels = label(node, root);
    for (const target of targets) readValue(target, node.value, labels, onBadValue);
  }
}

function readValue(
  { config, value, timestamp, family }: Metric & { family: SnapshotFamily },
  element: Json,
  labels: string,
  onBadValue: (reason: 'value' | 'timestamp') => void,
): void {
  const found = value.first(element);
  // Nothing there, or null, is how JSON says that there is no value.
  if (found === undefined || found === null) return;
  const number = numberOf(found);
  if (number === undefined || (config.type === 'counter' && !(number >= 0))) return onBadValue('value');
  const point = { value: number * config.scale };
  const written = timestamp?.first(element);
  if (written === undefined || written === null) return family.add(labels, point);
  const time = timeOf(written);
  return time === undefined ? onBadValue('timestamp') : family.add(labels, { ...point, timestamp: time });
}

/** The same text as `labelsText` makes, with all that doesn't depend on the element done before. */
function compileLabels(labels: JsonMetricConfig['labels']): Group['label'] {
  const parts = Object.entries(labels)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, config]) => ({ before: `${quoteName(name)}="`, read: compileLabel(config) }));
  return (node, root) => {
    let text = '';
    for (const { before, read } of parts) {
      const value = labelOf(read(node, root));
      if (value !== '') text += `${text === '' ? '' : ','}${before}${escapeValue(value)}"`;
    }
    return text;
  };
}

function compileLabel(config: JsonLabelConfig): (node: Node, root: Json) => Json | undefined {
  if (typeof config === 'string') {
    const query = compileQuery(config);
    return config.startsWith('$') ? (_node, root) => query.first(root) : (node) => query.first(node.value);
  }
  const { value, segment, path = '@', up = 0 } = config;
  if (value !== undefined) return () => value;
  if (segment !== undefined) return ({ location }) => location.at(segment);
  const query = compileQuery(path);
  if (up === 0) return (node) => query.first(node.value);
  return ({ location }, root) => {
    const parent = up > location.length ? undefined : valueAt(root, location.slice(0, -up));
    return parent === undefined ? undefined : query.first(parent);
  };
}
