import { parseBytes } from '@podkit/chassis/config/bytes';

/** The divisors that are set; `auto` derives them. */
export type Divisors = { cpu: 'auto' | '1m' | '1'; memory: string };

/**
 * What showed the divisor of a value: the end of its name, a setting, the cgroup, the other method, the value itself, the names
 * that the documentation gives its examples, or the limit beside a request. `open` is none of these: the value is not known.
 */
export type UnitSource = 'name' | 'setting' | 'cgroup' | 'other' | 'value' | 'documentation' | 'limit' | 'open';

/** A number of a resourceFieldRef with the divisors that it may have, in millicores or bytes. */
export type Quantity = { count: number; divisors: readonly number[]; by: UnitSource; preferred: number | undefined };

const endings: Record<string, string> = { bytes: '1', ki: '1Ki', mi: '1Mi', gi: '1Gi' };
const memoryDivisors = ['1', '1k', '1Ki', '1M', '1Mi', '1G', '1Gi'].map(parseBytes);

/** Limits outside these ranges do not occur: no container starts with less, no machine has more. CPU in millicores. */
const plausible = {
  cpu: { least: 10, most: 999_000 },
  bytes: { least: 4 * 2 ** 20, most: 32 * 2 ** 40 },
};

/**
 * The divisors that a value may have. The Downward API writes `ceil(quantity / divisor)` without the divisor, which is 1 unless
 * the manifest says otherwise; so 128 MiB read 134217728 with none and 128 with `1Mi`.
 *
 * Source: https://kubernetes.io/docs/tasks/inject-data-application/downward-api-volume-expose-pod-information/
 */
export function quantityFrom(kind: 'cpu' | 'bytes', name: string, count: number, settings: Divisors): Quantity {
  const known = (divisor: number, by: UnitSource) => ({ count, divisors: [divisor], by, preferred: undefined });
  const ending = /_(m|bytes|ki|mi|gi)$/i.exec(name)?.[1]?.toLowerCase();
  if (ending === 'm' && kind === 'cpu') return known(1, 'name');
  if (ending !== undefined && kind === 'bytes') return known(parseBytes(endings[ending] ?? '1'), 'name');
  if (kind === 'cpu' && settings.cpu !== 'auto') return known(settings.cpu === '1m' ? 1 : 1000, 'setting');
  if (kind === 'bytes' && settings.memory !== 'auto') return known(parseBytes(settings.memory), 'setting');
  const all = kind === 'cpu' ? [1, 1000] : memoryDivisors;
  const { least, most } = plausible[kind];
  // A request may be of any size, and is 0 if it is not set.
  const from = /request/i.test(name) || count === 0 ? 0 : least;
  const divisors = all.filter((divisor) => count * divisor >= from && (count - 1) * divisor < most);
  return { count, divisors, by: divisors.length === 1 ? 'value' : 'open', preferred: documented(name, kind) };
}

/** The examples of the documentation: files in millicores and MiB, variables with the API's divisor, 1. */
function documented(name: string, kind: 'cpu' | 'bytes'): number | undefined {
  if (/^(cpu|mem)_(limit|request)$/.test(name)) return kind === 'cpu' ? 1 : 2 ** 20;
  return /^MY_(CPU|MEM)_(LIMIT|REQUEST)$/.test(name) ? (kind === 'cpu' ? 1000 : 1) : undefined;
}

/** A limit is above `above`, and at most `most`. */
export type Range = { above: number; most: number };

export const overlap = (a: Range, b: Range): boolean => a.above < b.most && b.above < a.most;

/** The API rounds up: 0.5 CPUs with the divisor 1 read 1. */
export const rangeWith = (count: number, divisor: number): Range => ({
  above: (count - 1) * divisor,
  most: count * divisor,
});

/** Keep the divisors with which a value can be one of these amounts; all divisors if none can, as after a resize. */
export function agreeingWith(quantity: Quantity, amounts: readonly Range[], by: UnitSource): Quantity {
  const divisors = quantity.divisors.filter((divisor) =>
    amounts.some((amount) => overlap(rangeWith(quantity.count, divisor), amount)),
  );
  if (divisors.length === 0 || divisors.length === quantity.divisors.length) return quantity;
  return { ...quantity, divisors, by: divisors.length === 1 ? by : quantity.by };
}

export type Unit = { divisor: number | undefined; by: UnitSource };

/**
 * The divisor of a value, if it can be derived: the only one left, or that of the documentation if it is left. Where `near` is what the
 * kernel enforces, all that are left agree with it, and the nearest is taken: 4 MiB are 5 of 1M and of 1Mi alike.
 */
export function deriveUnit({ count, divisors, by, preferred }: Quantity, near?: Range): Unit {
  const [only] = divisors;
  if (divisors.length === 1 || count === 0) return { divisor: only, by: count === 0 ? 'value' : by };
  if (preferred !== undefined && divisors.includes(preferred)) return { divisor: preferred, by: 'documentation' };
  if (near === undefined || !divisors.every((divisor) => overlap(rangeWith(count, divisor), near)))
    return { divisor: undefined, by: 'open' };
  const distance = (divisor: number) => Math.abs(count * divisor - near.most);
  return { divisor: divisors.toSorted((a, b) => distance(a) - distance(b))[0], by: 'cgroup' };
}
