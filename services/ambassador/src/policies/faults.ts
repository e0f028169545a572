import { setTimeout as sleep } from 'node:timers/promises';
import { strict } from '@podkit/chassis/config/strict';
import { yamlDuration } from '@podkit/chassis/config/yaml-duration';
import { Type } from 'typebox';
import { probability } from '../schema/quantities.ts';
import { type Around, intercept } from '../store/intercept.ts';
import { textToKey } from '../store/key.ts';
import type { Key, Store } from '../store/store.ts';
import { StoreError } from '../store/store-error.ts';
import { definePolicy, opaque } from './policy.ts';

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

export const faultsPolicy = definePolicy({
  schema: strict(
    {
      errors: probability('Fraction of the operations that fail.', 0),
      delays: probability('Fraction of the operations that are delayed.', 0),
      delay: yamlDuration({ default: '100ms', description: 'The delay.' }),
      prefix: Type.String({ default: '', description: 'Only keys with this prefix.' }),
    },
    { description: 'Fault injection, for tests.' },
  ),
  build: ({ prefix, ...rest }, { inner }) =>
    opaque(faults(inner.store, { ...rest, prefix: textToKey(prefix) }), inner.changes),
});
