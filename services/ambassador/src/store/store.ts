import type { StoreError } from './store-error.ts';

/**
 * A key: a string with one character per byte (the latin1 reading of its bytes), so that keys of any bytes are cheap
 * to compare and to use in a Map. Text becomes a key with `textToKey`; ASCII is the same in both.
 */
export type Key = string;

/** What is stored under a key. The value's bytes are kept as they came and must not be changed by a reader. */
export type Entry = {
  readonly value: Buffer;
  /**
   * The value as text of one byte per character (latin1), where it is kept so; it saves a copy where it is only sent
   * on.
   */
  readonly text?: string | undefined;
  /** Opaque; another one after each change. */
  etag: string;
  /** Milliseconds since the epoch, where the key expires. */
  expiresAt?: number | undefined;
};

export type ReadOptions = {
  /** `strong` reads where writes go: no near cache, no replica, no entry that may be stale. Default `eventual`. */
  consistency?: 'strong' | 'eventual';
};

/** When a write may happen. With both `ifMatch` and `ifAbsent`, either is enough; with neither, always. */
export type Condition = {
  /** Only if the entry has this etag now. */
  ifMatch?: string;
  /** Only if there is no entry. */
  ifAbsent?: boolean;
  /** Only if there is an entry, whatever its etag. */
  ifPresent?: boolean;
};

export type WriteOptions = Condition & {
  /** `strong`: acknowledged by the backend's replicas, or as strong as the backend can. */
  consistency?: 'strong' | 'eventual';
  /**
   * Where Dapr's own components differ between backends, do as the one for this backend does: on Redis an `ifMatch`
   * on a missing key succeeds, and a write without `ttl` keeps the old expiry.
   */
  daprRules?: boolean;
};

export type SetOptions = WriteOptions & {
  /** Milliseconds to live, more than 0; `keep` keeps the expiry the key has; absent: the key does not expire. */
  ttl?: number | 'keep' | undefined;
  /** A media type, which routing rules may use; it is not stored. */
  contentType?: string | undefined;
};

export type SetOperation = SetOptions & { kind: 'set'; key: Key; value: Buffer };
type DeleteOperation = WriteOptions & { kind: 'delete'; key: Key };
export type WriteOperation = SetOperation | DeleteOperation;

/** What a write did: the new etag, or whether there was something to delete. */
export type WriteResult = { etag: string } | { deleted: boolean };

export type ListOptions = {
  /** Only keys with this prefix. */
  prefix?: Key | undefined;
  /** About how many keys a page holds, at least 1; a page may be shorter, even empty, and not be the last. */
  limit: number;
  /** The cursor of the page before; absent for the first page. */
  cursor?: string | undefined;
};

/** A page of keys. Keys that exist throughout the listing come at least once; the order is the backend's. */
export type KeyPage = { keys: Key[]; cursor?: string | undefined };

type StoreKind = 'in-memory' | 'redis' | 'postgresql' | 'route';

export type Capability = 'etag' | 'transactions' | 'ttl' | 'query';

export type StoreInfo = {
  name: string;
  kind: StoreKind;
  capabilities: ReadonlySet<Capability>;
};

/**
 * What both front ends talk to: a backend, or any chain of policies over one. Every promise may reject with a
 * StoreError; its code says what went wrong and its `outcome` whether a write may have happened all the same.
 */
export interface Store {
  readonly info: StoreInfo;

  /**
   * The entry at once, if it is in memory: null when there is known to be none, undefined when only `get` can tell.
   * Stores that always have to ask a server don't have this method.
   */
  peek?(key: Key): Entry | null | undefined;

  /** The entry, or undefined where there is none. */
  get(key: Key, options?: ReadOptions): Promise<Entry | undefined>;

  /** One result per key, in the keys' order; a key that failed has its error in its place. */
  getMany(keys: readonly Key[], options?: ReadOptions): Promise<(Entry | undefined | StoreError)[]>;

  /** Store a value and return its etag. Rejects with ERR_ETAG_MISMATCH when the condition does not hold. */
  set(key: Key, value: Buffer, options?: SetOptions): Promise<string>;

  /** Delete; true when there was an entry. Rejects with ERR_ETAG_MISMATCH when the condition does not hold. */
  delete(key: Key, options?: WriteOptions): Promise<boolean>;

  /** Independent writes: one result per operation, in order; each fails or succeeds on its own. */
  writeMany(operations: readonly WriteOperation[]): Promise<(WriteResult | StoreError)[]>;

  /**
   * All operations in order, or none of them; readers see all or none. Rejects with ERR_ETAG_MISMATCH when one
   * condition does not hold, with ERR_UNSUPPORTED where the store has no transactions or the keys lie in several.
   */
  transact(operations: readonly WriteOperation[]): Promise<WriteResult[]>;

  /**
   * Add to the value, a decimal integer (a missing key counts as 0), atomically, and keep the expiry.
   * Rejects with ERR_NOT_INTEGER if the value is not an integer, or the sum does not fit into 64 signed bits.
   */
  increment(key: Key, by: bigint): Promise<bigint>;

  /** Change only the expiry: milliseconds since the epoch, or null for none. False where there is no entry. */
  touch(key: Key, expiresAt: number | null, condition?: Condition): Promise<boolean>;

  list(options: ListOptions): Promise<KeyPage>;

  /** How many keys have this prefix, as the backend counts them; undefined where they have to be listed. */
  count(prefix: Key): Promise<number | undefined>;

  /** Entries that match a Dapr state query. Rejects with ERR_UNSUPPORTED without the capability `query`. */
  query(query: StoreQuery): Promise<QueryPage>;

  /**
   * For policies that acknowledge a write before it is sent: throws if the backend could never store this key.
   *
   * @throws {StoreError} ERR_KEY or ERR_TOO_LARGE
   */
  checkKey(key: Key): void;

  /** Resolve when the backend answers, reject with the reason when it does not. */
  ping(): Promise<void>;

  /** Finish the writes that were acknowledged, and release connections. */
  close(): Promise<void>;
}

/** A filter over JSON values: https://docs.dapr.io/developing-applications/building-blocks/state-management/howto-state-query-api/ */
export type QueryFilter =
  | { op: 'EQ' | 'NEQ' | 'GT' | 'GTE' | 'LT' | 'LTE'; path: readonly string[]; value: QueryScalar }
  | { op: 'IN'; path: readonly string[]; values: readonly QueryScalar[] }
  | { op: 'AND' | 'OR'; filters: readonly QueryFilter[] };

export type QueryScalar = string | number | boolean | null;

export type StoreQuery = {
  filter?: QueryFilter;
  sort: readonly { path: readonly string[]; descending: boolean }[];
  /** How many entries the page may have. */
  limit: number;
  /** The page also ends with the entry whose value makes it reach this many bytes. */
  maxBytes: number;
  cursor?: string | undefined;
  /** Only keys with this prefix. */
  prefix?: Key;
};

export type QueryPage = { entries: (Entry & { key: Key })[]; cursor?: string | undefined };
