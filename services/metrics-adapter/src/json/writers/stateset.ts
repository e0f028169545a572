import { PodkitError } from '@podkit/chassis/errors';
import { labelsText, parseLabelsText } from '../../series/labels.ts';
import type { JsonMetricConfig } from '../metric-config.ts';
import type { Json } from '../parse.ts';
import { compileQuery } from '../query.ts';
import { toLabel } from '../value.ts';
import { compileTimestamp, type MetricWriter } from './writer.ts';

/**
 * All states of an element, each with 1 if it is current and 0 if not. The label of the state has the name of the metric,
 * as OpenMetrics demands: https://prometheus.io/docs/specs/om/open_metrics_spec/#stateset
 *
 * @throws {PodkitError} ERR_JSONPATH, ERR_TIME, ERR_METRIC
 */
export function compileStateset(config: JsonMetricConfig): MetricWriter {
  const { name, value, states } = config;
  if (states === undefined || typeof value === 'number')
    throw new PodkitError('ERR_METRIC', 'a stateset needs states, and a JSONPath as its value');
  if (Object.hasOwn(config.labels, name)) throw new PodkitError('ERR_METRIC', `a stateset has its own label ${name}`);
  const query = compileQuery(value);
  const readTimestamp = compileTimestamp(config);
  return (element, { labels, family, onBadValue }) => {
    const found = query.first(element);
    if (found === undefined || found === null) return;
    const current = readStates(found);
    // A state that is not in the list would be lost silently.
    if (current.some((state) => !states.includes(state))) onBadValue('value');
    const time = readTimestamp(element);
    if (time === undefined) return onBadValue('timestamp');
    const pairs = parseLabelsText(labels);
    for (const state of states)
      family.add(labelsText([...pairs, [name, state]]), { value: Number(current.includes(state)), ...time });
  };
}

/** The current states: from a state, a list of states, or an object of booleans by state. */
function readStates(value: Json): string[] {
  if (Array.isArray(value)) return value.map(toLabel);
  if (value === null || typeof value !== 'object') return [toLabel(value)];
  return Object.keys(value).filter((state) => value[state] === true);
}
