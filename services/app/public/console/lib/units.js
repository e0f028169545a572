import { bytes, duration, number } from './format.js';

/**
 * The unit of a metric by the end of its name, as Prometheus' naming rules have it
 * (https://prometheus.io/docs/practices/naming/), and how a value of it is written for people.
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
