/**
 * A StatsD name or tag key as a Prometheus name, as statsd_exporter writes it: what is not an ASCII letter, digit or
 * underscore becomes one underscore, a run of dashes becomes a single one, and a leading digit gets one before it.
 */
export function escapeName(name: string): string {
  const escaped = /^[a-zA-Z0-9_]*$/.test(name) ? name : name.replaceAll(/-+|[^a-zA-Z0-9_-]/gu, '_');
  return /^[0-9]/.test(escaped) ? `_${escaped}` : escaped;
}
