/** The value of a sample in the text formats. */
export function sampleValue(value: number): string | number {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : value;
}

/**
 * A number as Go's clients print it (`1`, `0.005`, `1e+06`). Prometheus compares the labels `le` and `quantile` as text,
 * so another spelling of `le="1e+06"` would be another series.
 */
export function goFloat(value: number): string {
  if (!Number.isFinite(value)) return String(sampleValue(value));
  const [mantissa = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  if (value === 0 || (exponent >= -4 && exponent < 6)) return String(value);
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/** The same for OpenMetrics, which demands `1.0` in place of `1`. */
export function canonicalFloat(value: number): string {
  const text = goFloat(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}
