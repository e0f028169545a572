import { randomBytes } from 'node:crypto';
import { ChangeRelay, type TrackChanges } from '../../store/changes.ts';
import { ClockMap } from '../../store/clock-map.ts';
import { addTo } from '../../store/integer.ts';
import type {
  Capability,
  Condition,
  Entry,
  Key,
  SetOptions,
  Store,
  StoreInfo,
  WriteOperation,
  WriteResult,
} from '../../store/store.ts';
import { mismatch, StoreError } from '../../store/store-error.ts';
import { applyEach, holds } from '../../store/write.ts';
import { KeyPager } from './key-pager.ts';
import { queryEntries } from './memory-query.ts';
import { MemorySlot } from './memory-slot.ts';

const capabilities = new Set<Capability>(['etag', 'transactions', 'ttl', 'query']);

export type MemoryStoreOptions = { name: string; maxBytes: number; now?: () => number };

/** Entries in the memory of this process. Over the budget, those that were not used lately are evicted. */
export class MemoryStore implements Store {
  readonly info: StoreInfo;
  readonly #map: ClockMap<MemorySlot>;
  readonly #pager: KeyPager;
  readonly #now: () => number;
  readonly #sweep: NodeJS.Timeout;
  readonly #changes = new ChangeRelay();
  // Etags of another process, or of an earlier run, must not match by chance.
  readonly #runId = randomBytes(4).toString('hex');
  #version = 0;

  constructor({ name, maxBytes, now = Date.now }: MemoryStoreOptions) {
    this.info = { name, kind: 'in-memory', capabilities };
    this.#now = now;
    this.#map = new ClockMap<MemorySlot>({ maxBytes, now, onChange: (key) => this.#changes.changed([key]) });
    this.#changes.connected();
    this.#pager = new KeyPager(this.#map, now);
    this.#sweep = setInterval(() => this.#map.sweep(20_000), 100);
    this.#sweep.unref();
  }

  peek(key: Key): Entry | null {
    return this.#map.get(key) ?? null;
  }

  /** Report every change of a key, by writes, expiry and eviction, as it happens. */
  get track(): TrackChanges {
    return this.#changes.track;
  }

  get: Store['get'] = async (key) => {
    return this.#map.get(key);
  };

  getMany: Store['getMany'] = async (keys) => {
    return keys.map((key) => this.#map.get(key));
  };

  set: Store['set'] = async (key, value, options = {}) => {
    this.#check(key, options);
    return this.#put(key, value, options);
  };

  delete: Store['delete'] = async (key, options = {}) => {
    this.#check(key, options);
    return this.#map.delete(key);
  };

  writeMany: Store['writeMany'] = (operations) => applyEach(this, operations);

  transact: Store['transact'] = async (operations) => {
    // A condition is checked against what the operations before it in the list will have written.
    const pending = new Map<Key, string | undefined>();
    for (const { kind, key, ...condition } of operations) {
      const etag = pending.has(key) ? pending.get(key) : this.#map.get(key)?.etag;
      if (!holds(condition, etag)) throw mismatch(key);
      pending.set(key, kind === 'set' ? 'pending' : undefined);
    }
    return operations.map((operation) => this.#apply(operation));
  };

  increment: Store['increment'] = async (key, by) => {
    const sum = addTo(this.#map.get(key)?.value, by);
    this.#put(key, Buffer.from(String(sum)), { ttl: 'keep' });
    return sum;
  };

  touch: Store['touch'] = async (key, expiresAt, condition = {}) => {
    this.#check(key, condition);
    const slot = this.#map.get(key);
    if (slot === undefined) return false;
    this.#place(key, slot.value, expiresAt ?? undefined);
    return true;
  };

  list: Store['list'] = async (options) => {
    return this.#pager.page(options);
  };

  count: Store['count'] = async () => undefined;

  query: Store['query'] = (query) => queryEntries(this.#live(), query);

  checkKey: Store['checkKey'] = () => undefined;

  ping: Store['ping'] = async () => {};

  close: Store['close'] = async () => {
    clearInterval(this.#sweep);
    this.#map.clear();
  };

  /** The entries of the keys that there are now. */
  *#live(): Generator<Entry & { key: Key }> {
    const now = this.#now();
    const last = this.#version;
    for (const [key, { value, etag, expiresAt, ordinal }] of this.#map.entries()) {
      // Newer keys come last. Without this end, a reader might never finish while others write.
      if (ordinal > last) return;
      if (expiresAt === undefined || expiresAt > now) yield { key, value, etag, expiresAt };
    }
  }

  #check(key: Key, condition: Condition): void {
    if (!holds(condition, this.#map.get(key)?.etag)) throw mismatch(key);
  }

  #apply(operation: WriteOperation): WriteResult {
    if (operation.kind === 'delete') return { deleted: this.#map.delete(operation.key) };
    return { etag: this.#put(operation.key, operation.value, operation) };
  }

  #put(key: Key, value: Buffer, { ttl }: SetOptions): string {
    const kept = ttl === 'keep' ? this.#map.get(key)?.expiresAt : undefined;
    return this.#place(key, value, typeof ttl === 'number' ? this.#now() + ttl : kept);
  }

  #place(key: Key, value: Buffer, expiresAt: number | undefined): string {
    this.#version += 1;
    const version = this.#version;
    const ordinal = this.#map.get(key)?.ordinal ?? version;
    const slot = new MemorySlot({ keyLength: key.length, value, expiresAt, runId: this.#runId, version, ordinal });
    if (this.#map.set(key, slot)) return slot.etag;
    throw new StoreError('ERR_TOO_LARGE', `the value is larger than the memory of store ${this.info.name}`);
  }
}
