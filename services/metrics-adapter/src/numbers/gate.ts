/** Timestamps end here, 5138 AD in milliseconds: what is beyond was written in microseconds or nanoseconds. */
const latest = 1e14;

/** Whether a value can be a count: finite, not negative, and exact where it is whole. */
export const isCount = (value: number): boolean => value >= 0 && value <= Number.MAX_SAFE_INTEGER;

/** Whether milliseconds since the epoch can be a time that a sample has. */
export const isTimestamp = (milliseconds: number): boolean => milliseconds > -latest && milliseconds < latest;

/**
 * Milliseconds since the epoch of a number whose unit is not given. Seconds, milliseconds, microseconds and nanoseconds
 * of the years 1973 to 5138 have different sizes. Undefined where it is none of them.
 */
export function epochMilliseconds(value: number): number | undefined {
  const size = Math.abs(value);
  if (size < 1e11) return value * 1000;
  if (size < 1e14) return value;
  if (size < 1e17) return value / 1000;
  return size < 1e20 ? value / 1e6 : undefined;
}
