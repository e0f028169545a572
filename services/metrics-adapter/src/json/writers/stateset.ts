import { PodkitError } from '@podkit/chassis/errors';
import { labelsText, parseLabelsText } from '../../series/labels.ts';
import type { JsonMetricConfig } from '../metric-config.ts';
import type { Json } from '../parse.ts';
import { compileQuery } from '../query.ts';
import { toLabel } from '../value.ts';
import { compileTimestamp, type MetricWriter } from './writer.ts';

/**
 * All states of an element, each with 1 where it holds and 0 where not. The label of the state has the metric's name, as
 * OpenMetrics has it: https://prometheus.io/docs/specs/om/open_metrics_spec/#stateset
 *
 * @throws {PodkitError} ERR_JSONPATH, ERR_TIME, ERR_METRIC
 */
export function compileStateset(config: JsonMetricConfig): MetricWriter {
  const { name, value, states } = config;
  if (states === undefined || typeof value === 'number')
    throw new PodkitError('ERR_METRIC', 'a stateset has states, and a JSONPath as its value');
  const query = compileQuery(value);
  const readTimestamp = compileTimestamp(config);
  return (element, { labels, family, onBadValue }) => {
    const found = query.first(element);
    if (found === undefined || found === null) return;
    const holding = statesIn(found);
    // A state that nobody listed would be lost in silence.
    if (holding.some((state) => !states.includes(state))) onBadValue('value');
    const time = readTimestamp(element);
    if (time === undefined) return onBadValue('timestamp');
    const pairs = parseLabelsText(labels);
    for (const state of states)
      family.add(labelsText([...pairs, [name, state]]), { value: Number(holding.includes(state)), ...time });
  };
}

/** A state, a list of states, or an object of states and whether they hold. */
function statesIn(value: Json): string[] {
  if (Array.isArray(value)) return value.map(toLabel);
  if (value === null || typeof value !== 'object') return [toLabel(value)];
  return Object.keys(value).filter((state) => value[state] === true);
}
