import { randomBytes } from 'node:crypto';
import { ChangeRelay } from '../../store/change-relay.ts';
import type { TrackChanges } from '../../store/changes.ts';
import { ClockMap } from '../../store/clock-map.ts';
import { holds } from '../../store/condition.ts';
import { addTo } from '../../store/integer.ts';
import type {
  Capability,
  Condition,
  Entry,
  Key,
  KeyPage,
  ListOptions,
  QueryPage,
  SetOptions,
  Store,
  StoreInfo,
  StoreQuery,
  WriteOperation,
  WriteOptions,
  WriteResult,
} from '../../store/store.ts';
import { mismatch, StoreError } from '../../store/store-error.ts';
import { queryEntries } from './memory-query.ts';
import { MemorySlot } from './memory-slot.ts';
import { ScanCursors } from './scan-cursors.ts';

const capabilities = new Set<Capability>(['etag', 'transactions', 'ttl', 'query', 'linearizable']);

export type MemoryStoreOptions = { name: string; maxBytes: number; now?: () => number };

/** Entries in this process's memory, gone when it ends. Over its budget, those not used lately are evicted. */
export class MemoryStore implements Store {
  readonly info: StoreInfo;
  readonly #map: ClockMap<MemorySlot>;
  readonly #cursors: ScanCursors;
  readonly #now: () => number;
  readonly #sweep: NodeJS.Timeout;
  readonly #changes = new ChangeRelay();
  // Etags of another process, or of an earlier run, must not match by chance.
  readonly #life = randomBytes(4).toString('hex');
  #version = 0;

  constructor({ name, maxBytes, now = Date.now }: MemoryStoreOptions) {
    this.info = { name, kind: 'in-memory', capabilities };
    this.#now = now;
    this.#map = new ClockMap<MemorySlot>({ maxBytes, now, onChange: (key) => this.#changes.changed([key]) });
    this.#changes.connected();
    this.#cursors = new ScanCursors(this.#map, now);
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

  async get(key: Key): Promise<Entry | undefined> {
    return this.#map.get(key);
  }

  async getMany(keys: readonly Key[]): Promise<(Entry | undefined)[]> {
    return keys.map((key) => this.#map.get(key));
  }

  async set(key: Key, value: Buffer, options: SetOptions = {}): Promise<string> {
    this.#check(key, options);
    return this.#put(key, value, options);
  }

  async delete(key: Key, options: WriteOptions = {}): Promise<boolean> {
    this.#check(key, options);
    return this.#map.delete(key);
  }

  async writeMany(operations: readonly WriteOperation[]): Promise<(WriteResult | StoreError)[]> {
    return operations.map((operation) => {
      try {
        this.#check(operation.key, operation);
        return this.#apply(operation);
      } catch (error) {
        if (error instanceof StoreError) return error;
        throw error;
      }
    });
  }

  async transact(operations: readonly WriteOperation[]): Promise<WriteResult[]> {
    // A condition is checked against what the operations before it in the list will have written.
    const pending = new Map<Key, string | undefined>();
    for (const { kind, key, ...condition } of operations) {
      const etag = pending.has(key) ? pending.get(key) : this.#map.get(key)?.etag;
      if (!holds(condition, etag)) throw mismatch(key);
      pending.set(key, kind === 'set' ? 'pending' : undefined);
    }
    return operations.map((operation) => this.#apply(operation));
  }

  async increment(key: Key, by: bigint): Promise<bigint> {
    const sum = addTo(this.#map.get(key)?.value, by);
    this.#put(key, Buffer.from(String(sum)), { ttl: 'keep' });
    return sum;
  }

  async touch(key: Key, expiresAt: number | null, condition: Condition = {}): Promise<boolean> {
    this.#check(key, condition);
    const slot = this.#map.get(key);
    if (slot === undefined) return false;
    this.#place(key, slot.value, expiresAt ?? undefined);
    return true;
  }

  async list(options: ListOptions): Promise<KeyPage> {
    return this.#cursors.page(options);
  }

  async query(query: StoreQuery): Promise<QueryPage> {
    return queryEntries(this.#live(), query);
  }

  async ping(): Promise<void> {}

  async close(): Promise<void> {
    clearInterval(this.#sweep);
    this.#map.clear();
  }

  *#live(): Generator<Entry & { key: Key }> {
    const now = this.#now();
    for (const [key, slot] of this.#map.entries()) {
      const { value, etag, expiresAt } = slot;
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
    const [life, version] = [this.#life, this.#version];
    const ordinal = this.#map.get(key)?.ordinal ?? version;
    const slot = new MemorySlot({ keyLength: key.length, value, expiresAt, life, version, ordinal });
    if (this.#map.set(key, slot)) return slot.etag;
    throw new StoreError('ERR_TOO_LARGE', `the value is larger than the memory of store ${this.info.name}`);
  }
}
