import { StoreError } from './store-error.ts';

const [least, most] = [-(2n ** 63n), 2n ** 63n - 1n];

/**
 * The sum of a stored integer and another; no value counts as 0. Integers are 64 bits with sign, written as Redis
 * writes them: no plus, no leading zeros, no spaces.
 *
 * @throws {StoreError} ERR_NOT_INTEGER
 */
export function addTo(value: Buffer | undefined, by: bigint): bigint {
  const sum = (value === undefined ? 0n : parseInteger64(value)) + by;
  if (sum < least || sum > most)
    throw new StoreError('ERR_NOT_INTEGER', 'increment or decrement would overflow 64 bits');
  return sum;
}

function parseInteger64(value: Buffer): bigint {
  const text = value.length > 20 ? '' : value.toString('latin1');
  const number = /^(0|-?[1-9]\d*)$/.test(text) ? BigInt(text) : undefined;
  if (number !== undefined && number >= least && number <= most) return number;
  throw new StoreError('ERR_NOT_INTEGER', 'the value is not an integer or out of range');
}
