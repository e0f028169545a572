import type { Static, TSchema } from 'typebox';
import type { Built } from '../store/built.ts';
import type { Changes } from '../store/changes.ts';
import { intercept } from '../store/intercept.ts';
import type { KeyedMutex } from '../store/keyed-mutex.ts';
import { both, passGuard, type RawGuard } from '../store/raw-guard.ts';
import type { Store } from '../store/store.ts';
import { asStoreError } from '../store/store-error.ts';
import type { StoreMetrics } from './store-metrics.ts';

export type PolicyContext = {
  appId: string;
  namespace: string | undefined;
  metrics: StoreMetrics;
  warn: (message: string) => void;
  /** The folders that journals of this process use: after a reload the new store must not read one that the old store still writes. */
  journals: KeyedMutex;
};

/** What a policy is put around: `inner`, of the store with this name. `other` returns another store of the file. */
export type PolicyPlace = { name: string; inner: Built; other: (name: string) => Built; context: PolicyContext };

/**
 * A policy of the configuration file: its settings, and how it is put around a store. A policy that lets raw Redis frames go
 * past the store keeps `raw`.
 */
export type Policy<Schema extends TSchema> = {
  schema: Schema;
  build(settings: Static<Schema>, place: PolicyPlace): Built;
};

export const definePolicy = <Schema extends TSchema>(policy: Policy<Schema>): Policy<Schema> => policy;

/** A store that raw frames must not go past. */
export const opaque = (store: Store, changes?: Changes): Built => ({ store, raw: undefined, changes });

/** The store whose operations the guard counts and may refuse. A conflict is a response of the backend. */
export const guardStore = (inner: Store, guard: RawGuard): Store =>
  intercept(inner, (_operation, run) => passGuard(guard, run, isResponse), { keepPeek: true, pings: false });

const isResponse = (failure: unknown): boolean =>
  !['ERR_UNAVAILABLE', 'ERR_TIMEOUT'].includes(asStoreError(failure).code);

/** The same for raw frames, too; guards inside are asked after this one. */
export const guarded = (inner: Built, guard: RawGuard): Built => ({
  ...inner,
  store: guardStore(inner.store, guard),
  raw: inner.raw && { ...inner.raw, guard: both(guard, inner.raw.guard) },
});
