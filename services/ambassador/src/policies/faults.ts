import { setTimeout as sleep } from 'node:timers/promises';
import { type Around, intercept } from '../store/intercept.ts';
import type { Key, Store } from '../store/store.ts';
import { StoreError } from '../store/store-error.ts';

export type FaultOptions = {
  errors: number;
  delays: number;
  /** Milliseconds. */
  delay: number;
  prefix: Key;
  random?: () => number;
};

/** Fail and delay some operations on purpose. What fails never reaches the store. */
export function faults(inner: Store, { errors, delays, delay, prefix, random = Math.random }: FaultOptions): Store {
  const around: Around = async ({ keys }, run) => {
    if (prefix !== '' && !keys.some((key) => key.startsWith(prefix))) return run();
    if (random() < delays) await sleep(delay);
    if (random() < errors) throw new StoreError('ERR_UNAVAILABLE', 'a fault was injected');
    return run();
  };
  return intercept(inner, around, { pings: false });
}
