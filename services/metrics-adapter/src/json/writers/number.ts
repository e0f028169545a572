import { PodkitError } from '@podkit/chassis/errors';
import { compileValue } from '../../numbers/read-number.ts';
import type { JsonMetricConfig } from '../metric-config.ts';
import { compileQuery } from '../query.ts';
import { compileTimestamp, type MetricWriter, type TimestampReader } from './writer.ts';

/** One number for an element; the number of an info is 1. @throws {PodkitError} ERR_JSONPATH, ERR_TIME, ERR_METRIC */
export function compileNumberWriter(config: JsonMetricConfig): MetricWriter {
  const { name, type, value, scale } = config;
  if (type === 'info' && !name.endsWith('_info'))
    throw new PodkitError('ERR_METRIC', `the name of an info must end with _info: ${name}_info`);
  const readTimestamp = compileTimestamp(config);
  if (type === 'info') return constantWriter(1, readTimestamp);
  if (typeof value === 'number') return constantWriter(value * scale, readTimestamp);
  const query = compileQuery(value);
  const readNumber = compileValue(config);
  return (element, { labels, family, onBadValue }) => {
    const found = query.first(element);
    // A missing value or null is no error: JSON has no other way to leave a value out.
    if (found === undefined || found === null) return undefined;
    const number = typeof found === 'object' ? undefined : readNumber(found);
    if (number === undefined) return onBadValue('value');
    const time = readTimestamp(element);
    return time === undefined ? onBadValue('timestamp') : family.add(labels, { value: number, ...time });
  };
}

function constantWriter(value: number, readTimestamp: TimestampReader): MetricWriter {
  return (element, { labels, family, onBadValue }) => {
    const time = readTimestamp(element);
    return time === undefined ? onBadValue('timestamp') : family.add(labels, { value, ...time });
  };
}
