import type { ChangeEvents, TrackChanges } from './changes.ts';
import type { Key } from './store.ts';

/** Passes on what is heard of a store's changes to everybody who listens, each for the keys that he asked for. */
export class ChangeRelay {
  readonly #followers = new Set<ChangeEvents>();
  /** Whether changes are heard, as it was reported last. */
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

  #report(word: (events: ChangeEvents) => void): void {
    this.#last = word;
    for (const events of this.#followers) word(events);
  }
}
