/** The latest timestamp in milliseconds, in 5138 AD. Larger numbers are microseconds or nanoseconds. */
const latest = 1e14;

/** A number, or undefined if it is infinite (after an overflow) or NaN. */
export const finite = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined);

/** Whether a value can be added to a sum. A few larger ones would make it infinite, and one NaN would make it NaN. */
export const isSummable = (value: number): boolean => value <= 1e290 && value >= -1e290;

/** Whether a value can be a count: finite, not negative, and exact where it is whole. */
export const isCount = (value: number): boolean => value >= 0 && value <= Number.MAX_SAFE_INTEGER;

/** Whether milliseconds since the epoch can be the timestamp of a sample. */
export const isTimestamp = (milliseconds: number): boolean => milliseconds > -latest && milliseconds < latest;

/**
 * Milliseconds since the epoch of a number without a unit. In the years 1973 to 5138 its size tells whether it is
 * seconds, milliseconds, microseconds or nanoseconds. Undefined for a larger number.
 */
export function epochMilliseconds(value: number): number | undefined {
  const size = Math.abs(value);
  if (size < 1e11) return value * 1000;
  if (size < 1e14) return value;
  if (size < 1e17) return value / 1000;
  return size < 1e20 ? value / 1e6 : undefined;
}
