import { labelsText } from '../series/labels.ts';
import type { Snapshot } from '../series/snapshot.ts';
import type { JsonReader } from './json-metrics.ts';
import { compileKubectl, type KubectlTemplate } from './kubectl/template.ts';
import type { ModuleMetricConfig } from './module-config.ts';
import type { Json } from './parse.ts';
import { toNumber, toTime } from './value.ts';
import type { OnBadValue } from './writers/writer.ts';

type ModuleValue = { name: string; template: KubectlTemplate };
type ModuleMetric = {
  config: ModuleMetricConfig;
  elements: (document: Json) => readonly Json[];
  labels: readonly (readonly [name: string, template: KubectlTemplate])[];
  values: readonly ModuleValue[];
  time: KubectlTemplate | undefined;
};

/** Compile the metrics of a json_exporter module. @throws {PodkitError} ERR_JSONPATH */
export function compileModuleMetrics(configs: readonly ModuleMetricConfig[]): JsonReader {
  const metrics = configs.map(compileModuleMetric);
  return (document, snapshot, onBadValue) => {
    for (const metric of metrics)
      for (const element of metric.elements(document))
        for (const value of metric.values) addSample(metric, value, element, { snapshot, onBadValue });
  };
}

function compileModuleMetric(config: ModuleMetricConfig): ModuleMetric {
  const { labels, name, values } = config;
  const path = compileKubectl(config.path);
  const isObject = config.type === 'object';
  const time = config.epochtimestamp ?? config.epochTimestamp;
  const members = Object.entries(values).map(([suffix, text]) => ({
    name: `${name}_${suffix}`,
    template: compileKubectl(String(text)),
  }));
  return {
    config,
    // The elements of an object have several values. Otherwise the document has one, at the path itself.
    elements: (document) => (isObject ? path.values(document) : [document]),
    labels: Object.entries(labels).map(([label, text]) => [label, compileKubectl(String(text))] as const),
    values: isObject ? members : [{ name, template: path }],
    time: time === undefined ? undefined : compileKubectl(time),
  };
}

function addSample(
  { config, labels, time }: ModuleMetric,
  { name, template }: ModuleValue,
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
