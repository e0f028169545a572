import type { RawRoute } from '../routing/engine.ts';
import type { Changes } from './near-cache.ts';
import type { Store } from './store.ts';

/** A store under construction: with what policies have left of the way past it for raw Redis frames. */
export type Built = {
  store: Store;
  raw: RawRoute | undefined;
  /** How a cache in front of it hears of other writers, where it can. */
  changes?: Changes | undefined;
};
