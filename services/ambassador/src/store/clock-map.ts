import type { Key } from './store.ts';

/** What a ClockMap holds. It is replaced as a whole and never changed, but for `used`. */
export type Slot = {
  /** Set by each read, cleared when the hand of the clock passes. */
  used: boolean;
  /** When it expires, in milliseconds since the epoch. */
  expiresAt?: number | undefined;
  /** Bytes it counts for. */
  size: number;
};

type ClockMapOptions = {
  maxBytes: number;
  now?: () => number;
  /** Called after a key was set or removed, also by eviction and expiry. */
  onChange?: (key: Key) => void;
};

/**
 * A map within a budget of bytes: when it overflows, entries that were not used lately are evicted (the clock
 * algorithm: nearly least-recently-used, for one bit per entry). Keys keep their place when overwritten, so that a walk
 * through the map, however long it takes, meets every key that was there all the time.
 */
export class ClockMap<S extends Slot> {
  readonly #slots = new Map<Key, S>();
  readonly #now: () => number;
  readonly #maxBytes: number;
  // An iterator that is not advanced keeps every table that the map has outgrown since, so neither is kept while idle.
  #hand: MapIterator<Key> | undefined;
  #sweeper: MapIterator<[Key, S]> | undefined;
  #handMoved = false;
  #expiring = 0;
  readonly #onChange: ((key: Key) => void) | undefined;
  bytes = 0;

  constructor({ maxBytes, now = Date.now, onChange }: ClockMapOptions) {
    this.#maxBytes = maxBytes;
    this.#now = now;
    this.#onChange = onChange;
  }

  get size(): number {
    return this.#slots.size;
  }

  get(key: Key): S | undefined {
    const slot = this.#slots.get(key);
    if (slot === undefined) return undefined;
    if (slot.expiresAt !== undefined && slot.expiresAt <= this.#now()) {
      this.delete(key);
      return undefined;
    }
    slot.used = true;
    return slot;
  }

  /** False when the slot alone is larger than the whole budget; then the key is gone. */
  set(key: Key, slot: S): boolean {
    const old = this.#slots.get(key);
    if (old !== undefined) this.#count(old, -1);
    if (slot.size > this.#maxBytes) {
      this.#slots.delete(key);
      this.#onChange?.(key);
      return false;
    }
    this.#slots.set(key, slot);
    this.#count(slot, 1);
    this.#onChange?.(key);
    while (this.bytes > this.#maxBytes) this.#evict(key);
    return true;
  }

  delete(key: Key): boolean {
    const slot = this.#slots.get(key);
    if (slot === undefined) return false;
    this.#slots.delete(key);
    this.#count(slot, -1);
    this.#onChange?.(key);
    return true;
  }

  clear(): void {
    this.#slots.clear();
    this.bytes = 0;
    this.#expiring = 0;
  }

  /** Keys in the order in which they were first set; the iterator stays valid while the map changes. */
  entries(): MapIterator<[Key, S]> {
    return this.#slots.entries();
  }

  /**
   * Remove what has expired among the next `count` slots; call it regularly; each call goes on where the last one
   * ended.
   */
  sweep(count: number): void {
    if (!this.#handMoved) this.#hand = undefined;
    this.#handMoved = false;
    if (this.#expiring === 0) {
      this.#sweeper = undefined;
      return;
    }
    const now = this.#now();
    const steps = Math.min(count, this.#slots.size + 1);
    for (let step = 0; step < steps; step += 1) {
      const next = (this.#sweeper ??= this.#slots.entries()).next();
      if (next.done) this.#sweeper = undefined;
      else if (next.value[1].expiresAt !== undefined && next.value[1].expiresAt <= now) this.delete(next.value[0]);
    }
  }

  #count(slot: S, sign: 1 | -1): void {
    this.bytes += sign * slot.size;
    if (slot.expiresAt !== undefined) this.#expiring += sign;
  }

  /** Move the hand to a slot that was not used since it last passed, and remove that one; never `spared`. */
  #evict(spared: Key): void {
    this.#handMoved = true;
    for (;;) {
      const next = (this.#hand ??= this.#slots.keys()).next();
      if (next.done) {
        this.#hand = undefined;
        continue;
      }
      const slot = this.#slots.get(next.value);
      if (slot === undefined || next.value === spared) continue;
      if (slot.used) {
        slot.used = false;
        continue;
      }
      this.delete(next.value);
      return;
    }
  }
}
