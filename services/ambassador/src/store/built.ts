import type { Changes } from './changes.ts';
import type { RawRoute } from './raw-route.ts';
import type { Store } from './store.ts';

/** A store as its policies build it, with the route for raw Redis frames past it where the policies allow one. */
export type Built = {
  store: Store;
  raw: RawRoute | undefined;
  /** How a cache in front of it is notified of other writers; absent where it cannot be. */
  changes?: Changes | undefined;
};
