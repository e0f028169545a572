import { escapeValue, quoteName } from '../series/labels.ts';
import type { JsonLabelConfig, JsonMetricConfig } from './metric-config.ts';
import type { Json } from './parse.ts';
import { compileQuery, type JsonNode, valueAt } from './query.ts';
import { toLabel } from './value.ts';

/** Reads the labels of an element as `labelsText` writes them. */
export type LabelReader = (node: JsonNode, root: Json) => string;

/** Compile labels. Everything that doesn't depend on the element is done once. @throws {PodkitError} ERR_JSONPATH */
export function compileLabels(labels: JsonMetricConfig['labels']): LabelReader {
  const parts = Object.entries(labels)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, config]) => ({ before: `${quoteName(name)}="`, read: compileLabel(config) }));
  return (node, root) => {
    let text = '';
    for (const { before, read } of parts) {
      const value = toLabel(read(node, root));
      if (value !== '') text += `${text === '' ? '' : ','}${before}${escapeValue(value)}"`;
    }
    return text;
  };
}

function compileLabel(config: JsonLabelConfig): (node: JsonNode, root: Json) => Json | undefined {
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
