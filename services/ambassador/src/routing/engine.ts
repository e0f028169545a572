import type { ConnectionOptions } from 'node:tls';
import type { Changes, NearCache } from '../store/near-cache.ts';
import type { RawGuard } from '../store/raw-guard.ts';
import type { Key, Store } from '../store/store.ts';

/** Where a Redis is and how to enter it. Times are milliseconds. Functions are asked at each connect. */
export type RedisTarget = {
  topology:
    | { mode: 'single'; host: string; port: number; path?: string }
    | { mode: 'sentinel'; name: string; sentinels: readonly HostPort[]; sentinelLogin: () => Login }
    | { mode: 'cluster'; nodes: readonly HostPort[] };
  db: number;
  login: () => Login;
  tls: (() => ConnectionOptions) | undefined;
  connectTimeout: number;
  commandTimeout: number;
};

export type HostPort = { host: string; port: number };
export type Login = { username?: string; password?: string };

/** How whole Redis commands may go past the Store, as raw frames. */
export type RawRoute = {
  target: RedisTarget;
  /** What stands before every key in the Redis; often empty. */
  keyPrefix: Key;
  /** A near cache over the same keys: `peek` before a read, `invalidate` before and after each write. */
  near: NearCache | undefined;
  /** Called before and after each command; absent where everything may go. */
  guard?: RawGuard;
};

/** Where a key lives, and by which rule. */
export type Route = {
  /** The store the rule chose, with its policies. */
  store: Store;
  /** A line per rule that decided, outermost first. */
  why: readonly string[];
  /** Only where nothing between the endpoint and a Redis must see the values, and every rule looks at keys only. */
  raw: RawRoute | undefined;
  /** How to hear of the changes of its keys; undefined where it cannot be heard. */
  changes?: Changes | undefined;
};

/**
 * The configured stores. After a reload the same engine object holds new stores: ask it anew for each command and keep
 * nothing of its answers except by identity (a `Route` object stays the same until a reload).
 */
export interface Engine {
  /** By name, as the Dapr API addresses them. */
  store(name: string): Store | undefined;
  storeNames(): readonly string[];
  /** The store behind the Redis endpoint: all its keys, through all its rules. */
  readonly redisStore: Store;
  /** Where a key of the Redis endpoint lives. */
  route(key: Key): Route;
  /** Every route the Redis endpoint's keys can take (for SCAN, DBSIZE and connections made ahead). */
  routes(): readonly Route[];
  /** Called after a reload, to drop what belongs to routes that are gone. */
  onReload(listener: () => void): () => void;
}
