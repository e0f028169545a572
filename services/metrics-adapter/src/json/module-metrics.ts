import { labelsText } from '../series/labels.ts';
import type { Snapshot } from '../series/snapshot.ts';
import type { JsonReader } from './json-metrics.ts';
import { compileKubectl, type KubectlTemplate } from './kubectl/template.ts';
import type { ModuleMetricConfig } from './module-config.ts';
import type { Json } from './parse.ts';
import { toNumber, toTime } from './value.ts';
import type { OnBadValue } from './writers/writer.ts';

type Value = { name: string; template: KubectlTemplate };
type Metric = {
  config: ModuleMetricConfig;
  path: KubectlTemplate;
  labels: readonly (readonly [name: string, template: KubectlTemplate])[];
  /** For type object. Otherwise the path itself is the value. */
  values: readonly Value[];
  time: KubectlTemplate | undefined;
};

/** Compile the metrics of a json_exporter module. @throws {PodkitError} ERR_JSONPATH */
export function compileModuleMetrics(configs: readonly ModuleMetricConfig[]): JsonReader {
  const metrics = configs.map(compileMetric);
  return (document, snapshot, onBadValue) => {
    for (const metric of metrics) {
      if (metric.config.type === 'object') {
        for (const element of metric.path.values(document)) readObject(metric, element, snapshot, onBadValue);
      } else {
        readValue(metric, document, snapshot, onBadValue);
      }
    }
  };
}

function compileMetric(config: ModuleMetricConfig): Metric {
  const { labels, name, values } = config;
  const time = config.epochtimestamp ?? config.epochTimestamp;
  return {
    config,
    path: compileKubectl(config.path),
    labels: Object.entries(labels).map(([label, text]) => [label, compileKubectl(String(text))] as const),
    values: Object.entries(values).map(([suffix, text]) => ({
      name: `${name}_${suffix}`,
      template: compileKubectl(String(text)),
    })),
    time: time === undefined ? undefined : compileKubectl(time),
  };
}

function readValue(metric: Metric, document: Json, snapshot: Snapshot, onBadValue: OnBadValue): void {
  const [name, template] = [metric.config.name, metric.path];
  addSample(metric, { name, template }, document, { snapshot, onBadValue });
}

function readObject(metric: Metric, element: Json, snapshot: Snapshot, onBadValue: OnBadValue): void {
  for (const value of metric.values) addSample(metric, value, element, { snapshot, onBadValue });
}

function addSample(
  { config, labels, time }: Metric,
  { name, template }: Value,
  element: Json,
  { snapshot, onBadValue }: { snapshot: Snapshot; onBadValue: OnBadValue },
): void {
  const [first, ...more] = template.values(element);
  if (first === undefined || first === null) {
    if (first === undefined && !config.allow_missing_key) onBadValue('value');
    return undefined;
  }
  const value = toNumber(first);
  // Several values would be one series: the first is used, and the others are an error.
  if (value === undefined || more.length > 0) onBadValue('value');
  if (value === undefined) return undefined;
  const type = config.valuetype === 'untyped' ? 'unknown' : config.valuetype;
  const family = snapshot.family({ name, help: config.help ?? name }, type);
  const pairs = labels.map(([label, text]) => [label, text.text(element)] as const);
  const written = time?.values(element)[0];
  const timestamp = toTime(written);
  if (written !== undefined && written !== null && timestamp === undefined) return onBadValue('timestamp');
  family?.add(labelsText(pairs), timestamp === undefined ? { value } : { value, timestamp });
  return undefined;
}
