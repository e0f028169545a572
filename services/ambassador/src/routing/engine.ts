import type { Changes } from '../store/changes.ts';
import type { RawRoute } from '../store/raw-route.ts';
import type { Key, Store } from '../store/store.ts';

/** Where a key lives. */
export type Route = {
  /** The store the rule chose, with its policies. */
  store: Store;
  /** Only where nothing between the endpoint and a Redis needs the values, and every rule depends on keys only. */
  raw: RawRoute | undefined;
  /** How to be notified of the changes of its keys; undefined where they are not reported. */
  changes?: Changes | undefined;
};

/**
 * The configured stores. After a reload the same engine object holds new stores: ask it for each command, and compare
 * its answers by identity only (a `Route` object stays the same until a reload).
 */
export interface Engine {
  /** By name, as the Dapr API addresses them. */
  store(name: string): Store | undefined;
  storeNames(): readonly string[];
  /** The store behind the Redis endpoint: all its keys, through all its rules. */
  readonly redisStore: Store;
  /** Where a key of the Redis endpoint lives. */
  route(key: Key): Route;
  /** Every route that keys of the Redis endpoint can take. */
  routes(): readonly Route[];
  /** Call `listener` after a reload, to drop what belongs to routes that are gone. */
  onReload(listener: () => void): () => void;
}
