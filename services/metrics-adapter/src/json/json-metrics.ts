import type { Snapshot } from '../series/snapshot.ts';
import { compileLabels, type LabelReader } from './labels.ts';
import type { JsonMetricConfig } from './metric-config.ts';
import type { Json } from './parse.ts';
import { compileQuery, type Query } from './query.ts';
import { compileHistogram } from './writers/histogram.ts';
import { compileNumberWriter } from './writers/number.ts';
import { compileStateset } from './writers/stateset.ts';
import type { MetricWriter, OnBadValue } from './writers/writer.ts';

/** Reads a parsed document into a snapshot. `onBadValue` is called for each invalid value or timestamp. */
export type JsonReader = (document: Json, snapshot: Snapshot, onBadValue: OnBadValue) => void;

type CompiledMetric = { config: JsonMetricConfig; write: MetricWriter };
type Group = { elements: Query; labels: LabelReader; metrics: CompiledMetric[] };

/**
 * Compile metrics. Those with equal paths and labels share one walk and one text of labels.
 *
 * @throws {PodkitError} ERR_JSONPATH, ERR_TIME, ERR_METRIC
 */
export function compileJsonMetrics(configs: readonly JsonMetricConfig[]): JsonReader {
  const groups = new Map<string, Group>();
  for (const config of configs) {
    const { path, labels } = config;
    const key = JSON.stringify([path, labels]);
    const group = groups.get(key) ?? { elements: compileQuery(path), labels: compileLabels(labels), metrics: [] };
    groups.set(key, group);
    group.metrics.push({ config, write: compileWriter(config) });
  }
  return (document, snapshot, onBadValue) => {
    for (const group of groups.values()) readGroup(group, document, snapshot, onBadValue);
  };
}

function compileWriter(config: JsonMetricConfig): MetricWriter {
  if (config.type === 'histogram') return compileHistogram(config);
  return config.type === 'stateset' ? compileStateset(config) : compileNumberWriter(config);
}

function readGroup(
  { elements, labels: readLabels, metrics }: Group,
  root: Json,
  snapshot: Snapshot,
  onBadValue: OnBadValue,
): void {
  const targets = metrics.flatMap(({ config, write }) => {
    const family = snapshot.family(config, config.type);
    return family === undefined ? [] : [{ write, family }];
  });
  for (const node of elements.all(root)) {
    const labels = readLabels(node, root);
    for (const { write, family } of targets) write(node.value, { labels, family, onBadValue });
  }
}
