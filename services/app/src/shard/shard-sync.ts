import { PodkitError } from '@podkit/chassis/errors';
import type { Logger } from '@podkit/chassis/log/logger';
import { ordinalOf } from '../identity.ts';
import { isIn, type Member } from './membership.ts';
import type { PeerClient } from './peer-client.ts';
import type { Shard } from './shard.ts';
import type { Peer, PeerResolver } from './srv-resolver.ts';

export type ShardSyncOptions = {
  shard: Shard;
  peers: PeerClient;
  resolver: PeerResolver;
  /** SRV name of the headless service; undefined: this Pod is alone. */
  service: string | undefined;
  /** Milliseconds between two rounds. */
  period: number;
  log: Logger;
  onChange: (text: string) => void;
};

/** Keys that are sent side by side. */
const width = 16;

/** Keeps a Pod's opinion of the members up to date, and every key where it belongs. */
export class ShardSync {
  readonly #options: ShardSyncOptions;
  readonly #seen = new Map<number, number>();
  #addresses = new Map<number, string>();
  #known = '';
  #round: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #dnsFailed = false;

  constructor(options: ShardSyncOptions) {
    this.#options = options;
  }

  /** When a member last answered, in milliseconds since the epoch; undefined: not yet. */
  seenAt(ordinal: number): number | undefined {
    return this.#seen.get(ordinal);
  }

  /** Take part, under this address until DNS says another: first a round, then one each period. */
  async start(address: string): Promise<void> {
    const { shard } = this.#options;
    shard.membership.merge(shard.store.members);
    shard.membership.join(address);
    await this.#keepMembers();
    await this.#again();
  }

  /** A peer says hello: take its news, and where it asks hand over what is its own before answering. */
  async answerHello(from: number, members: readonly Member[], sync: boolean): Promise<Member[]> {
    this.#seen.set(from, Date.now());
    await this.#take(members);
    const failures = sync ? await this.#rebalance(from) : [];
    if (failures.length > 0) throw new PodkitError('ERR_SHARD_UNAVAILABLE', `handing over failed: ${failures[0]}`);
    return this.#options.shard.membership.all;
  }

  /**
   * Hand every key over and tell the others that this Pod has left. Where that can't be finished it does not leave: its
   * keys stay on its volume, and the others wait for it.
   */
  async leave(): Promise<void> {
    const { shard, log, onChange } = this.#options;
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#round;
    if (shard.membership.others.length === 0) return;
    await shard.beginLeaving();
    onChange(`handing ${shard.store.keyCount} keys over`);
    const failures = await this.#rebalance();
    if (failures.length > 0) {
      log.warn(
        { keys: failures.length, why: failures[0] },
        'not all keys could be handed over; they stay on the volume',
      );
      return;
    }
    shard.membership.leave();
    await this.#keepMembers();
    await this.#greetAll(false);
    onChange('left: every key is at another Pod');
  }

  async #again(): Promise<void> {
    this.#round = this.#oneRound().catch((err: unknown) => this.#options.log.warn({ err }, 'shard round failed'));
    await this.#round;
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.#again(), this.#options.period);
    this.#timer.unref();
  }

  async #oneRound(): Promise<void> {
    const { shard } = this.#options;
    await this.#resolve();
    const all = await this.#greetAll(!shard.synced);
    shard.synced ||= all;
    await this.#rebalance();
  }

  async #resolve(): Promise<void> {
    const { resolver, service, log, shard } = this.#options;
    if (service === undefined) return;
    try {
      const peers = await resolver.peers(service);
      this.#addresses = new Map(peers.flatMap(withOrdinal));
      this.#dnsFailed = false;
    } catch (err) {
      if (!this.#dnsFailed) log.warn({ err, service }, 'the peers cannot be looked up; the last known ones count');
      this.#dnsFailed = true;
    }
    const { membership } = shard;
    const own = this.#addresses.get(membership.self);
    if (own !== undefined) membership.join(own);
  }

  /** Say hello to everyone known and everyone in DNS. True when all who are in have answered. */
  async #greetAll(sync: boolean): Promise<boolean> {
    const { membership } = this.#options.shard;
    const addresses = new Map(this.#addresses);
    for (const { ordinal, address } of membership.others) if (!addresses.has(ordinal)) addresses.set(ordinal, address);
    addresses.delete(membership.self);
    const greeted = [...addresses].map(async ([ordinal, address]) =>
      (await this.#greet(ordinal, address, sync)) ? [ordinal] : [],
    );
    const answered = new Set((await Promise.all(greeted)).flat());
    return membership.others.every(({ ordinal }) => answered.has(ordinal));
  }

  async #greet(ordinal: number, address: string, sync: boolean): Promise<boolean> {
    const { shard, peers, log } = this.#options;
    try {
      const { self, all } = shard.membership;
      await this.#take(await peers.hello(address, self, all, sync));
      this.#seen.set(ordinal, Date.now());
      return true;
    } catch (err) {
      this.#seen.delete(ordinal);
      log.debug({ err, ordinal, address }, 'a peer does not answer');
      return false;
    }
  }

  async #take(members: readonly Member[]): Promise<void> {
    const { shard } = this.#options;
    const address = shard.membership.own?.address ?? '';
    if (!shard.membership.merge(members)) return;
    // The others remember an epoch that our volume does not: it was lost. Go on from theirs.
    const own = shard.membership.own;
    if (!shard.leaving && own !== undefined) shard.membership.join(address);
    await this.#keepMembers();
  }

  async #keepMembers(): Promise<void> {
    const { shard, onChange, log } = this.#options;
    const { all } = shard.membership;
    const text = all.map((member) => `${member.ordinal} ${isIn(member) ? 'in' : 'left'}`).join(', ');
    if (text === this.#known) return;
    this.#known = text;
    await shard.store.setMembers(all).catch((err: unknown) => log.warn({ err }, 'members not kept'));
    onChange(`members: ${text}`);
  }

  /** Send every key (or those of one ordinal) that belongs elsewhere. Returns why some could not be sent. */
  async #rebalance(only?: number): Promise<string[]> {
    const { shard } = this.#options;
    const failures: string[] = [];
    const keys = shard.store.records().flatMap(({ key }) => {
      const place = shard.place(key);
      return place !== 'here' && (only === undefined || place.member.ordinal === only) ? [key] : [];
    });
    const next = keys.values();
    const lane = async () => {
      for (const key of next) await shard.handOver(key).catch((error: unknown) => failures.push(String(error)));
    };
    await Promise.all(Array.from({ length: width }, lane));
    return failures;
  }
}

function withOrdinal({ host, port }: Peer): [number, string][] {
  const ordinal = ordinalOf(host.split('.', 1)[0]);
  return ordinal === undefined ? [] : [[ordinal, `${host}:${port}`]];
}
