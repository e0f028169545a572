import { bytes, duration, number } from './format.js';

/**
 * The unit of a metric, from the end of its name (https://prometheus.io/docs/practices/naming/), and the function that
 * formats its values.
 */
export function findUnit(name) {
  const base = name.replace(/_(total|sum|count)$/, '');
  if (name.endsWith('_count')) return { unit: 'calls', format: number };
  if (base.endsWith('_timestamp_seconds')) return { unit: 'time', format: number };
  if (base.endsWith('_seconds')) return { unit: 'seconds', format: (value) => duration(value * 1000) };
  if (base.endsWith('_milliseconds') || base.endsWith('_ms')) return { unit: 'milliseconds', format: duration };
  if (base.endsWith('_bytes')) return { unit: 'bytes', format: bytes };
  if (base.endsWith('_ratio')) return { unit: 'ratio', format: number };
  return { unit: name.endsWith('_total') ? base.split('_').at(-1) : '', format: number };
}
