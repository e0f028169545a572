import type { Key } from './store.ts';

/** How to be notified of the changes of a store's keys. */
export type Changes = {
  track: TrackChanges;
  /** What stands before every key in the backend. */
  keyPrefix: Key;
};

/** Reports every change of a backend's keys: of a Redis, by CLIENT TRACKING in broadcasting mode. */
export type TrackChanges = (events: ChangeEvents) => { close(): Promise<void> };

export type ChangeEvents = {
  /** Only keys with this prefix. */
  prefix: Key;
  /** These keys changed; null: any may have. */
  changed(keys: readonly Key[] | null): void;
  /** From now on every change is reported. */
  connected(): void;
  /** The connection is lost and is being reopened; no change is reported until `connected`. */
  lost(reason: string): void;
};
