import { LRUCache } from 'lru-cache';
import { KeptValue } from '../../store/kept-value.ts';
import type { Entry, Key } from '../../store/store.ts';

export type NearOptions = {
  maxBytes: number;
  /** Milliseconds, all of them. */
  ttl: number;
  negativeTtl: number;
  staleWhileRevalidate: number;
  staleIfError: number;
  /** Fraction by which a lifetime is shortened at random. */
  jitter: number;
  now?: () => number;
  random?: () => number;
};

/** A read on its way to the backend, whose response may be kept unless the key changes before it comes. */
type Fill = { readonly key: Key; live: boolean };

/** An entry of another store, in little memory. */
class NearEntry extends KeptValue implements Entry {
  readonly etag: string;
  readonly expiresAt: number | undefined;

  constructor({ value, etag, expiresAt }: Entry) {
    super(value);
    this.etag = etag;
    this.expiresAt = expiresAt;
  }
}

/** Times are milliseconds since the epoch; from `goneAt` on it is never served. */
type NearSlot = { entry: Entry | null; freshUntil: number; staleUntil: number; goneAt: number; size: number };

/** Bytes of an entry besides its key and value. */
const overhead = 320;

/** The memory of a near cache: entries, absences, and which reads under way may still be kept. */
export class NearMemory {
  readonly #map: LRUCache<Key, NearSlot>;
  readonly #fills = new Map<Key, Set<Fill>>();
  readonly #options: NearOptions;
  readonly #now: () => number;
  #suspended = false;

  constructor(options: NearOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#map = new LRUCache({ maxSize: options.maxBytes, sizeCalculation: ({ size }) => size });
  }

  get size(): number {
    return this.#map.size;
  }

  get bytes(): number {
    return this.#map.calculatedSize;
  }

  /** The entry, null for a key known to be absent, undefined where the backend has to be asked. */
  peek(key: Key): Entry | null | undefined {
    const slot = this.#map.get(key);
    return slot !== undefined && slot.freshUntil > this.#now() ? slot.entry : undefined;
  }

  /** A stale entry that may be served while it is being revalidated, or when the backend fails. */
  stale(key: Key, why: 'revalidate' | 'error'): Entry | null | undefined {
    const slot = this.#map.get(key);
    if (slot === undefined) return undefined;
    const now = this.#now();
    if (slot.goneAt <= now) this.#map.delete(key);
    return (why === 'revalidate' ? slot.staleUntil : slot.goneAt) > now ? slot.entry : undefined;
  }

  /** Before asking the backend. */
  beginFill(key: Key): Fill {
    const fill = { key, live: !this.#suspended };
    const others = this.#fills.get(key);
    if (others === undefined) this.#fills.set(key, new Set([fill]));
    else others.add(fill);
    return fill;
  }

  /** Keep what the backend said, unless the key was invalidated since; without an entry keep its absence. */
  fill(fill: Fill, entry: Entry | undefined): void {
    this.abandon(fill);
    const { ttl, negativeTtl, jitter, random = Math.random } = this.#options;
    const fresh = (entry === undefined ? negativeTtl : ttl) * (1 - jitter * random());
    if (fill.live && fresh > 0) this.#keep(fill.key, entry, this.#now() + fresh);
  }

  /** The read is over; nothing is kept. */
  abandon(fill: Fill): void {
    const fills = this.#fills.get(fill.key);
    fills?.delete(fill);
    if (fills?.size === 0) this.#fills.delete(fill.key);
  }

  /** Forget these keys, and let reads under way keep nothing. Call it before and after each write. */
  invalidate(keys: readonly Key[]): void {
    for (const key of keys) {
      this.#map.delete(key);
      for (const fill of this.#fills.get(key) ?? []) fill.live = false;
    }
  }

  /** Forget everything, and keep nothing until `resume`: changes are not reported meanwhile. */
  suspend(): void {
    this.#suspended = true;
    this.clear();
  }

  resume(): void {
    this.#suspended = false;
  }

  clear(): void {
    this.#map.clear();
    for (const fills of this.#fills.values()) for (const fill of fills) fill.live = false;
  }

  #keep(key: Key, entry: Entry | undefined, freshUntil: number): void {
    const { staleWhileRevalidate, staleIfError } = this.#options;
    const gone = entry?.expiresAt ?? Number.POSITIVE_INFINITY;
    this.#map.set(key, {
      entry: entry === undefined ? null : new NearEntry(entry),
      freshUntil: Math.min(freshUntil, gone),
      staleUntil: Math.min(freshUntil + staleWhileRevalidate, gone),
      goneAt: Math.min(freshUntil + Math.max(staleWhileRevalidate, staleIfError), gone),
      size: key.length + (entry?.value.length ?? 0) + overhead,
    });
  }
}
