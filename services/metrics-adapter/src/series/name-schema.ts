import { Type } from 'typebox';

/** The name of a metric in the configuration. */
export const metricName = Type.String({
  minLength: 1,
  maxLength: 1024,
  pattern: '^[^\\u0000-\\u001f]+$',
  description: 'Metric name; any UTF-8.',
});

/** The pattern of a label's name in the configuration. */
export const labelNamePattern = '^(?!__)[^\\u0000-\\u001f]+$';
