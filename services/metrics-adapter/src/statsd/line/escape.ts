/**
 * A StatsD name or tag key as a Prometheus name, as in statsd_exporter: a character that is no ASCII letter, digit or
 * underscore becomes an underscore, a run of dashes becomes one underscore, and one goes before a leading digit.
 */
export function escapeStatsdName(name: string): string {
  const escaped = /^[a-zA-Z0-9_]*$/.test(name) ? name : name.replaceAll(/-+|[^a-zA-Z0-9_-]/gu, '_');
  return /^[0-9]/.test(escaped) ? `_${escaped}` : escaped;
}
