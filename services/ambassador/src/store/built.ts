import type { Changes } from './changes.ts';
import type { RawRoute } from './raw-route.ts';
import type { Store } from './store.ts';

/** A store with its policies, and the ways past it. */
export type Built = {
  store: Store;
  /** Only where nothing between the endpoint and a Redis needs the values: how its commands pass as raw frames. */
  raw: RawRoute | undefined;
  /** How a cache in front of it is notified of other writers; absent where it cannot be. */
  changes?: Changes | undefined;
};
