import type { Changes } from './changes.ts';
import type { RawRoute } from './raw-route.ts';
import type { Store } from './store.ts';

/** A store under construction: with what policies have left of the way past it for raw Redis frames. */
export type Built = {
  store: Store;
  raw: RawRoute | undefined;
  /** How a cache in front of it is notified of other writers, where it can be. */
  changes?: Changes | undefined;
};
