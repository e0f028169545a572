import type { Key } from './store.ts';

/** How to hear of the changes of a store's keys. */
export type Changes = {
  track: TrackChanges;
  /** What stands before every key in the backend. */
  keyPrefix: Key;
};

/** Hears of every change of a backend's keys: for Redis, by CLIENT TRACKING in broadcasting mode. */
export type TrackChanges = (events: ChangeEvents) => { close(): Promise<void> };

export type ChangeEvents = {
  /** Only keys that begin so. */
  prefix: Key;
  /** These keys changed; null: any may have. */
  changed(keys: readonly Key[] | null): void;
  /** From now on every change is heard. */
  connected(): void;
  /** The connection is lost: changes are not heard until `connected`. It is tried again. */
  lost(reason: string): void;
};
