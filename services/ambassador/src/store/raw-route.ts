import type { ConnectionOptions } from 'node:tls';
import type { RawGuard } from './raw-guard.ts';
import type { Key } from './store.ts';

/** Where a Redis is and how to log in. Times are milliseconds. Functions are called at each connect. */
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

/** How Redis commands are passed to the Redis as raw frames, past the Store. */
export type RawRoute = {
  target: RedisTarget;
  /** The prefix of every key in the Redis; often empty. */
  keyPrefix: Key;
  /** A near cache of the same keys, which forgets them when asked: before and after each write. */
  near: { invalidate(keys: readonly Key[]): void } | undefined;
  /** Asked before each command and notified after it; absent where everything may pass. */
  guard?: RawGuard;
};
