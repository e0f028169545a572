import { PodkitError } from '../errors.ts';

const unitMilliseconds: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};
// \u00b5 is µ. Node keeps a script with one such letter at two bytes per letter: 1.8 MB more for the app's bundle.
const part = String.raw`(\d+(?:\.\d*)?|\.\d+)(ns|us|\u00b5s|ms|s|m|h)`;

/** The texts that `parseDuration` reads, for a schema. */
export const durationPattern = `^[-+]?(?:0|(?:${part})+)$`;

const whole = new RegExp(durationPattern);
const parts = new RegExp(part, 'g');

/**
 * Milliseconds of a duration written as Go writes it: `5s`, `1m30s`, `100ms`, `0`.
 * Rule: https://pkg.go.dev/time#ParseDuration. A bare number other than 0 has no unit and is refused.
 *
 * @throws {PodkitError} ERR_DURATION
 */
export function parseDuration(text: string): number {
  if (!whole.test(text))
    throw new PodkitError('ERR_DURATION', `"${text}" is not a duration such as 500ms, 5s or 1m30s`);
  let milliseconds = 0;
  for (const [, amount, unit] of text.matchAll(parts))
    milliseconds += Number(amount) * (unitMilliseconds[unit ?? ''] ?? 0);
  return text.startsWith('-') ? 0 - milliseconds : milliseconds;
}

/** A duration in milliseconds as Go would print it, largest unit first: 90000 is `1m30s`, 0 is `0s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds === 0) return '0s';
  const sign = milliseconds < 0 ? '-' : '';
  let rest = Math.abs(milliseconds);
  if (rest < 1000) return `${sign}${rest}ms`;
  const hours = Math.floor(rest / 3_600_000);
  rest -= hours * 3_600_000;
  const minutes = Math.floor(rest / 60_000);
  rest -= minutes * 60_000;
  const seconds = Number((rest / 1000).toFixed(3));
  return `${sign}${hours > 0 ? `${hours}h` : ''}${minutes > 0 ? `${minutes}m` : ''}${seconds > 0 ? `${seconds}s` : ''}`;
}
