import type { Entry, Key } from './store.ts';

/** A read on its way to the backend, whose answer may be kept unless the key changes before it comes. */
export type Fill = { readonly key: Key; live: boolean };

/** The near cache in front of a store, for code that writes to the store without it. */
export interface NearCache {
  /** Without waiting: the entry, null for a key known to be absent, undefined where it does not know. */
  peek(key: Key): Entry | null | undefined;
  /** Before asking the backend. */
  beginFill(key: Key): Fill;
  /** Keep what the backend said, unless the key was invalidated since; without an entry keep its absence. */
  fill(fill: Fill, entry: Entry | undefined): void;
  /** Forget these keys, and let fills that are under way keep nothing. Call before and after each write. */
  invalidate(keys: readonly Key[]): void;
  /** Forget everything, and answer nothing from memory until `resume`: what changes is not heard now. */
  suspend(): void;
  resume(): void;
}

/** How to hear of the changes of a store's keys. */
export type Changes = {
  track: TrackChanges;
  /** What stands before every key in the backend. */
  keyPrefix: Key;
};

/** Something that hears of every change of a backend's keys: for Redis, CLIENT TRACKING in broadcasting mode. */
export type TrackChanges = (events: {
  prefix: Key;
  /** These keys changed; null: any may have. */
  changed(keys: readonly Key[] | null): void;
  /** From now on every change is heard. */
  listening(): void;
  /** The connection is lost; changes are not heard. It is tried again. */
  deaf(reason: string): void;
}) => { close(): Promise<void> };
