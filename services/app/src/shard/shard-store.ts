import { readdir } from 'node:fs/promises';
import { PodkitError } from '@podkit/chassis/errors';
import { Journal, removeLeftovers } from './journal.ts';
import type { Member } from './membership.ts';
import { isTombstone, type ShardRecord, sizeOf } from './record.ts';

type Entry =
  | { put: ShardRecord }
  | { drop: { key: string; version: number } }
  | { handing: string }
  | { members: Member[] };

export type ShardStoreOptions = {
  folder: string;
  /** Bytes of all values together. */
  limit: number;
  /** The journal is rewritten when it is larger than this and twice what is in it. */
  rewriteAbove?: number;
  /** Milliseconds that a tombstone is kept. */
  tombstonesFor?: number;
  now?: () => number;
};

/** The keys of this Pod: in memory, and in the journal on its volume before anything is acknowledged. */
export class ShardStore {
  readonly #records = new Map<string, ShardRecord>();
  /** Keys that may already be at another Pod, which was asked to take them. */
  readonly #handing = new Set<string>();
  readonly #options: Required<ShardStoreOptions>;
  #members: Member[] = [];
  #bytes = 0;
  #rewriting = false;
  #journal: Journal | undefined;

  private constructor(options: ShardStoreOptions) {
    this.#options = { rewriteAbove: 2 ** 20, tombstonesFor: 86_400_000, now: Date.now, ...options };
  }

  /** @throws {PodkitError} ERR_JOURNAL when the journal is damaged */
  static async open(options: ShardStoreOptions): Promise<ShardStore> {
    const store = new ShardStore(options);
    const { folder } = options;
    await removeLeftovers(folder, await readdir(folder).catch(() => []));
    store.#journal = await Journal.open({ folder, apply: (entry) => store.#apply(entry as Entry) });
    return store;
  }

  get journal(): Journal {
    if (this.#journal === undefined) throw new PodkitError('ERR_JOURNAL', 'the journal is not open');
    return this.#journal;
  }

  /** Live keys, without tombstones. */
  get keyCount(): number {
    let count = 0;
    for (const record of this.#records.values()) if (!isTombstone(record)) count += 1;
    return count;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The members as they were last known. */
  get members(): Member[] {
    return this.#members;
  }

  get(key: string): ShardRecord | undefined {
    return this.#records.get(key);
  }

  records(): ShardRecord[] {
    return [...this.#records.values()];
  }

  /**
   * Keep a record unless a newer one is there; resolves when it is on disk. One that is there already is only replaced
   * by this object, so that who looks sees that it came again.
   *
   * @throws {PodkitError} ERR_SHARD_FULL, ERR_JOURNAL_WRITE
   */
  async put(record: ShardRecord): Promise<void> {
    const known = this.#records.get(record.key);
    if (known?.version === record.version) this.#records.set(record.key, record);
    if (known !== undefined && known.version >= record.version) return;
    const grown = this.#bytes + sizeOf(record) - (known === undefined ? 0 : sizeOf(known));
    if (grown > this.#options.limit && !isTombstone(record))
      throw new PodkitError('ERR_SHARD_FULL', `this Pod holds its limit of ${this.#options.limit} bytes`);
    await this.journal.append({ put: record } satisfies Entry);
    this.#rewriteWhenLarge();
  }

  /** Whether another Pod was asked to take the key and a crash may have kept us from hearing that it did. */
  isHanding(key: string): boolean {
    return this.#handing.has(key);
  }

  /** Remember, before another Pod is asked to take the key, that it may have it. */
  async setHanding(key: string): Promise<void> {
    if (!this.#handing.has(key)) await this.journal.append({ handing: key } satisfies Entry);
  }

  /** Forget a key that another Pod has taken over, unless it was written since. */
  async drop(key: string, version: number): Promise<void> {
    await this.journal.append({ drop: { key, version } } satisfies Entry);
    this.#rewriteWhenLarge();
  }

  async setMembers(members: Member[]): Promise<void> {
    await this.journal.append({ members } satisfies Entry);
  }

  async close(): Promise<void> {
    await this.journal.close();
  }

  #apply(entry: Entry): void {
    if ('members' in entry) {
      this.#members = entry.members;
    } else if ('put' in entry) {
      const known = this.#records.get(entry.put.key);
      if (known !== undefined && known.version >= entry.put.version) return;
      this.#bytes += sizeOf(entry.put) - (known === undefined ? 0 : sizeOf(known));
      this.#records.set(entry.put.key, entry.put);
      this.#handing.delete(entry.put.key);
    } else if ('handing' in entry) {
      this.#handing.add(entry.handing);
    } else {
      const known = this.#records.get(entry.drop.key);
      if (known === undefined || known.version > entry.drop.version) return;
      this.#bytes -= sizeOf(known);
      this.#records.delete(entry.drop.key);
      this.#handing.delete(entry.drop.key);
    }
  }

  #rewriteWhenLarge(): void {
    const { rewriteAbove } = this.#options;
    if (this.#rewriting || this.journal.length < Math.max(rewriteAbove, 2 * this.#bytes)) return;
    this.#rewriting = true;
    // A failed rewrite leaves the old file as it was; the next write tries again.
    this.journal
      .rewrite(() => this.#live())
      .catch(() => undefined)
      .finally(() => (this.#rewriting = false));
  }

  /** Old tombstones end here: every copy that they guard against has met them by now. */
  #live(): Entry[] {
    const oldest = this.#options.now() - this.#options.tombstonesFor;
    for (const record of this.records()) {
      if (!isTombstone(record) || record.version > oldest) continue;
      this.#bytes -= sizeOf(record);
      this.#records.delete(record.key);
      this.#handing.delete(record.key);
    }
    const handing = [...this.#handing].map((key) => ({ handing: key }));
    return [{ members: this.#members }, ...this.records().map((put) => ({ put })), ...handing];
  }
}
