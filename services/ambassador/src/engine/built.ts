import type { RawRoute } from './engine.ts';
import type { TrackChanges } from './near-cache.ts';
import type { Key, Store } from './store.ts';

/** A store under construction: with what policies have left of the way past it for raw Redis frames. */
export type Built = {
  store: Store;
  raw: RawRoute | undefined;
  /** How a near cache hears of other writers, where the backend tells and no raw route says so. */
  changes?: Changes;
};

export type Changes = {
  track: TrackChanges;
  /** What stands before every key in the backend. */
  keyPrefix: Key;
};
