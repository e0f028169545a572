import { parseFloatText } from './float-text.ts';
import { finite } from './gate.ts';

const booleans = new Map([
  ['true', 1],
  ['false', 0],
  ['t', 1],
  ['f', 0],
]);

/** The number in a text, trimmed: decimal, boolean, NaN or infinity. Undefined for any other text. */
export function parseNumber(text: string): number | undefined {
  const trimmed = text.trim();
  return parseFloatText(trimmed) ?? booleans.get(trimmed.toLowerCase());
}

/** The bytes of `kB`: 1000 as in the SI, or 1024 as in `/proc`. */
export type Kilobyte = 1000 | 1024;

/** Units in Prometheus' base units (seconds, bytes, ratio, hertz, celsius): https://prometheus.io/docs/practices/naming/#base-units */
const units = new Map<string, number>([
  ['ns', 1e-9],
  ['us', 1e-6],
  ['µs', 1e-6],
  ['μs', 1e-6],
  ['ms', 1e-3],
  ['s', 1],
  ['min', 60],
  ['h', 3600],
  ['d', 86_400],
  ['%', 0.01],
  ['B', 1],
  ['Hz', 1],
  ['kHz', 1e3],
  ['MHz', 1e6],
  ['GHz', 1e9],
  ['°C', 1],
  ...['K', 'M', 'G', 'T', 'P', 'E'].flatMap((letter, at): [string, number][] => [
    [`${letter}i`, 1024 ** (at + 1)],
    [`${letter}iB`, 1024 ** (at + 1)],
  ]),
]);
const decimalBytes = new Map(['kB', 'MB', 'GB', 'TB', 'PB', 'EB'].map((unit, at) => [unit, at + 1]));
decimalBytes.set('KB', 1);

const longestQuantity = 64;
const withUnit = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)\s*([a-zA-Zµμ°%]+)$/;
const goDurationText = /^([+-]?)(?:\d+(?:\.\d*)?(?:h|m|s|ms|us|µs|ns)){2,}$/;
const goPart = /(\d+(?:\.\d*)?)(h|ms|us|µs|ns|m|s)/g;

/**
 * The number in a text that may end with a unit, in base units: `1.5ms` is 0.0015, `42%` 0.42, `16316 kB` 16316000.
 * Durations as Go prints them, such as `1m30s`, are seconds. Undefined for an unknown unit, for an `m` alone, which could
 * be minutes, metres or thousandths, and for a number that a double can't hold.
 */
export function parseQuantity(text: string, kilobyte: Kilobyte = 1000): number | undefined {
  const plain = parseNumber(text);
  if (plain !== undefined) return plain;
  const trimmed = text.trim();
  if (trimmed.length > longestQuantity) return undefined;
  if (goDurationText.test(trimmed)) return parseGoDuration(trimmed);
  const [, number = '', unit = ''] = withUnit.exec(trimmed) ?? [];
  const power = decimalBytes.get(unit);
  const factor = power === undefined ? units.get(unit) : kilobyte ** power;
  if (factor === undefined) return undefined;
  // A division by a whole number is rounded once, so 1.5 ms is exactly 0.0015.
  return finite(factor < 1 ? Number(number) / Math.round(1 / factor) : Number(number) * factor);
}

function parseGoDuration(duration: string): number {
  let milliseconds = 0;
  for (const [, number, unit = ''] of duration.matchAll(goPart))
    milliseconds += Number(number) * (unit === 'm' ? 60_000 : (units.get(unit) ?? 0) * 1000);
  return ((duration.startsWith('-') ? -1 : 1) * milliseconds) / 1000;
}
