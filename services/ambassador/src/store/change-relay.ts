import type { TrackChanges } from './near-cache.ts';
import type { Key } from './store.ts';

type Events = Parameters<TrackChanges>[0];

/** Passes on what is heard of a store's changes to everybody who listens, each for the keys that he asked for. */
export class ChangeRelay {
  readonly #followers = new Set<Events>();
  /** The last word on whether changes are heard. */
  #last: ((events: Events) => void) | undefined;

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

  listening(): void {
    this.#say((events) => events.listening());
  }

  deaf(reason: string): void {
    this.#say((events) => events.deaf(reason));
  }

  #say(word: (events: Events) => void): void {
    this.#last = word;
    for (const events of this.#followers) word(events);
  }
}
