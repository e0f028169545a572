import type { Entry, Key } from './store.ts';

/** A read on its way to the backend, whose answer may be kept unless the key changes before it comes. */
export type Fill = { readonly key: Key; live: boolean };

/** A near cache, as the code that writes past it uses it. */
export interface NearCache {
  /** Without waiting: the entry, null for a key known to be absent, undefined where it does not know. */
  peek(key: Key): Entry | null | undefined;
  /** Before asking the backend. */
  beginFill(key: Key): Fill;
  /** Keep what the backend said, unless the key was invalidated since; without an entry keep its absence. */
  fill(fill: Fill, entry: Entry | undefined): void;
  /** Forget these keys, and let fills that are under way keep nothing. Call before and after each write. */
  invalidate(keys: readonly Key[]): void;
  /** Forget everything, and answer nothing from memory until `resume`: changes are not reported meanwhile. */
  suspend(): void;
  resume(): void;
}
