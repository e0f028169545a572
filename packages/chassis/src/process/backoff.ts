/**
 * Milliseconds to wait after `failures` failures in a row: they double up to a maximum, and up to half of them is taken off
 * at random, so that the connections of all Pods do not come back at once.
 */
export const backoff = (failures: number, firstDelay: number, maxDelay: number): number =>
  Math.min(maxDelay, firstDelay * 2 ** failures) * (0.5 + Math.random() / 2);
