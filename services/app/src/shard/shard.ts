import { messageOf, PodkitError } from '@podkit/chassis/errors';
import { KeyLock } from './key-lock.ts';
import type { Member, Membership } from './membership.ts';
import type { PeerClient } from './peer-client.ts';
import { isTombstone, type ShardRecord } from './record.ts';
import { ownerOf } from './rendezvous.ts';
import type { ShardStore } from './shard-store.ts';

/** Who must serve a key: this Pod, or the member to ask. `force`: it must, whatever it thinks. */
export type Place = 'here' | { member: Member; force: boolean };

/** An operation that came to the wrong Pod; `place` is the right one. */
export class MovedError extends PodkitError {
  readonly place: Exclude<Place, 'here'>;

  constructor(place: Exclude<Place, 'here'>) {
    super('ERR_SHARD_MOVED', `the key is at ordinal ${place.member.ordinal}`);
    this.place = place;
  }
}

/**
 * The keys of a stateful service. Each belongs to one ordinal by rendezvous hashing, and only its owner reads and writes
 * it, one operation at a time. A Pod that leaves hands its keys over first; one that just disappears takes them along:
 * they are unavailable, not lost, until it is back with its volume. `forced` operations come from a Pod that is leaving
 * and has handed that key over.
 */
export class Shard {
  readonly store: ShardStore;
  readonly membership: Membership;
  readonly #peers: PeerClient;
  readonly #lock = new KeyLock();
  /**
   * Every member has handed us what is ours: a key that is not here is nowhere. It stays so, since from then on a key
   * comes to be ours only by being handed over. Until then a key that is not here is looked for at all of them.
   */
  synced = false;
  leaving = false;

  constructor(store: ShardStore, membership: Membership, peers: PeerClient) {
    this.store = store;
    this.membership = membership;
    this.#peers = peers;
  }

  place(key: string): Place {
    const { ordinals, self } = this.membership;
    const candidates = this.leaving ? ordinals.filter((ordinal) => ordinal !== self) : ordinals;
    const owner = ownerOf(key, candidates);
    const member = owner === undefined || owner === self ? undefined : this.membership.get(owner);
    return member === undefined ? 'here' : { member, force: this.leaving };
  }

  /** The record of a key, or undefined. @throws {MovedError}, {PodkitError} ERR_SHARD_UNAVAILABLE */
  async get(key: string, forced: boolean): Promise<ShardRecord | undefined> {
    return this.#own(key, forced, async (record) => (record && !isTombstone(record) ? record : undefined));
  }

  /** Write a key; resolves with its new record when it is on disk. @throws as `get`, ERR_SHARD_FULL, ERR_JOURNAL_WRITE */
  async put(key: string, value: Buffer, type: string, forced: boolean): Promise<ShardRecord> {
    return this.#own(key, forced, async (record) => {
      const next = { key, version: nextVersion(record), value: value.toString('base64'), type };
      await this.store.put(next);
      return next;
    });
  }

  /** Delete a key; true when it was there. @throws as `put` */
  async delete(key: string, forced: boolean): Promise<boolean> {
    return this.#own(key, forced, async (record) => {
      if (record === undefined || isTombstone(record)) return false;
      await this.store.put({ key, version: nextVersion(record) });
      return true;
    });
  }

  /**
   * What a peer gets that asks for a key: its state after the operation that may be under way. A peer that we do not know
   * to be in must say hello first: only then do we stop writing what is its own.
   */
  async recordFor(key: string, from: number): Promise<ShardRecord | undefined> {
    if (!this.membership.ordinals.includes(from))
      throw new PodkitError('ERR_SHARD_STRANGER', `ordinal ${from} is not known to be in`);
    return this.#lock.run(key, async () => this.store.get(key));
  }

  /** Take a record from a peer; the newer one stays. @throws {PodkitError} ERR_SHARD_UNAVAILABLE while leaving */
  async accept(record: ShardRecord): Promise<void> {
    await this.#lock.run(record.key, async () => {
      this.#refuseWhileLeaving();
      await this.store.put(record);
    });
  }

  /** Stop owning keys. Resolves when no operation is under way that does not know it yet. */
  async beginLeaving(): Promise<void> {
    this.leaving = true;
    await this.#lock.idle();
  }

  /** Give one key to the Pod it belongs to, if that is another, and forget it when it is on that Pod's disk. */
  async handOver(key: string): Promise<void> {
    for (;;) {
      const place = this.place(key);
      // Through the lock, so that a write under way is part of what is sent; the sending itself must not hold it.
      const record = await this.#lock.run(key, async () => this.store.get(key));
      if (place === 'here' || record === undefined) return;
      await this.store.setHanding(key);
      await this.#peers.push(place.member.address, record);
      const done = await this.#lock.run(key, async () => {
        // Another object: written since, or given back by the peer, which then has forgotten it.
        if (this.store.get(key) !== record) return false;
        await this.store.drop(key, record.version);
        return true;
      });
      if (done) return;
    }
  }

  async #own<T>(key: string, forced: boolean, work: (record: ShardRecord | undefined) => Promise<T>): Promise<T> {
    const place = this.place(key);
    if (place !== 'here' && !forced) return this.#moved(key, place);
    // Never under the lock: two Pods that ask each other would wait for each other.
    if (!this.synced && (this.store.get(key) === undefined || this.store.isHanding(key))) await this.#pull(key);
    return this.#lock.run(key, async () => {
      const now = this.place(key);
      if (forced) this.#refuseWhileLeaving();
      if (now !== 'here' && !forced) throw new MovedError(now);
      return work(this.store.get(key));
    });
  }

  /** What came now would stay behind on our volume. */
  #refuseWhileLeaving(): void {
    if (this.leaving) throw new PodkitError('ERR_SHARD_UNAVAILABLE', 'this Pod is leaving');
  }

  /** Where we are leaving, the new owner must have our copy before it is asked. */
  async #moved(key: string, place: Exclude<Place, 'here'>): Promise<never> {
    if (this.leaving) await this.handOver(key);
    throw new MovedError(place);
  }

  /** Ask every other member for a key that may still be there. All must answer: one that does not may have it. */
  async #pull(key: string): Promise<void> {
    const { others, self } = this.membership;
    try {
      const found = await Promise.all(others.map(({ address }) => this.#peers.pull(address, self, key)));
      for (const record of found) if (record !== undefined) await this.accept(record);
    } catch (cause) {
      throw new PodkitError('ERR_SHARD_UNAVAILABLE', `a Pod that may hold the key is away: ${messageOf(cause)}`, {
        cause,
      });
    }
  }
}

/** Milliseconds since the epoch, but always above the version before: clocks of Pods differ. */
function nextVersion(record: ShardRecord | undefined): number {
  return Math.max(Date.now(), (record?.version ?? 0) + 1);
}
