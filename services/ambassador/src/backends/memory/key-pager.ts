import type { ClockMap } from '../../store/clock-map.ts';
import type { Key, KeyPage, ListOptions } from '../../store/store.ts';
import { badCursor } from '../../store/store-error.ts';
import type { MemorySlot } from './memory-slot.ts';

/** Maximum number of walks that are kept between two pages. Without its walk, a page is found from the first key, which takes longer. */
const maxWalks = 64;
/** Maximum number of keys that are scanned for one page, so that a rare prefix does not block other requests. */
const maxScanned = 20_000;

/** Pages through a map that changes meanwhile. A cursor is the ordinal of the last slot seen, a decimal number. */
export class KeyPager {
  readonly #map: ClockMap<MemorySlot>;
  readonly #now: () => number;
  readonly #walks = new Map<string, MapIterator<[Key, MemorySlot]>>();

  constructor(map: ClockMap<MemorySlot>, now: () => number) {
    this.#map = map;
    this.#now = now;
  }

  /** @throws {StoreError} ERR_CURSOR for a cursor that is not a number */
  page({ prefix = '', limit, cursor = '0' }: ListOptions): KeyPage {
    if (!/^\d{1,15}$/.test(cursor)) throw badCursor();
    const known = this.#walks.get(cursor);
    this.#walks.delete(cursor);
    const entries = known ?? this.#map.entries();
    const after = known === undefined ? Number(cursor) : 0;
    const now = this.#now();
    const keys: Key[] = [];
    let scanned = 0;
    for (;;) {
      const next = entries.next();
      if (next.done) return { keys };
      const [key, { ordinal, expiresAt }] = next.value;
      if (ordinal <= after) continue;
      if (key.startsWith(prefix) && (expiresAt === undefined || expiresAt > now)) keys.push(key);
      scanned += 1;
      if (scanned >= maxScanned || keys.length >= limit)
        return { keys, cursor: this.#remember(String(ordinal), entries) };
    }
  }

  #remember(cursor: string, walk: MapIterator<[Key, MemorySlot]>): string {
    this.#walks.set(cursor, walk);
    const oldest = this.#walks.keys().next().value;
    if (this.#walks.size > maxWalks && oldest !== undefined) this.#walks.delete(oldest);
    return cursor;
  }
}
