import { StoreError } from './store-error.ts';

export const minInteger64 = -(2n ** 63n);
export const maxInteger64 = 2n ** 63n - 1n;

/** A signed 64-bit number exactly as Redis reads one: no sign `+`, no leading zeros, no blanks; undefined for others. */
export function parseInteger64(text: string): bigint | undefined {
  if (!/^(?:0|-?[1-9]\d{0,18})$/.test(text)) return undefined;
  const value = BigInt(text);
  return value < minInteger64 || value > maxInteger64 ? undefined : value;
}

/**
 * The sum of a stored integer and another; no value counts as 0.
 *
 * @throws {StoreError} ERR_NOT_INTEGER
 */
export function addTo(value: Buffer | undefined, by: bigint): bigint {
  // Longer than any integer of 64 bits, it is not copied.
  const number = value === undefined ? 0n : value.length > 20 ? undefined : parseInteger64(value.toString('latin1'));
  if (number === undefined) throw new StoreError('ERR_NOT_INTEGER', 'the value is not an integer or out of range');
  const sum = number + by;
  if (sum >= minInteger64 && sum <= maxInteger64) return sum;
  throw new StoreError('ERR_NOT_INTEGER', 'increment or decrement would overflow 64 bits');
}
