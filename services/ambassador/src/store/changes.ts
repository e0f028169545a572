import type { Key } from './store.ts';

/** How to be notified of the changes of a store's keys. */
export type Changes = {
  track: TrackChanges;
  /** The prefix of every key in the backend. */
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

/** Passes the reported changes of a store on to all followers, to each those of its prefix. */
export class ChangeRelay {
  readonly #followers = new Set<ChangeEvents>();
  /** The last report: connected or lost. */
  #last: ((events: ChangeEvents) => void) | undefined;

  readonly track: TrackChanges = (events) => {
    this.#followers.add(events);
    this.#last?.(events);
    return { close: async () => void this.#followers.delete(events) };
  };

  changed(keys: readonly Key[] | null): void {
    for (const events of this.#followers) {
      const own = keys?.filter((key) => key.startsWith(events.prefix)) ?? null;
      if (own?.length !== 0) events.changed(own);
    }
  }

  connected(): void {
    this.#report((events) => events.connected());
  }

  lost(reason: string): void {
    this.#report((events) => events.lost(reason));
  }

  #report(report: (events: ChangeEvents) => void): void {
    this.#last = report;
    for (const events of this.#followers) report(events);
  }
}
