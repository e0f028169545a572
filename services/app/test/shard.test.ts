import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { describe, expect, it } from 'vitest';
import { HttpClient } from '../src/http-client.ts';
import { Membership } from '../src/shard/membership.ts';
import { PeerClient } from '../src/shard/peer-client.ts';
import type { ShardRecord } from '../src/shard/record.ts';
import { ownerOf } from '../src/shard/rendezvous.ts';
import { Shard } from '../src/shard/shard.ts';
import { ShardStore } from '../src/shard/shard-store.ts';

/** Peers in this process, so that a test decides what happens between a peer's answer and its arrival. */
class LocalPeers extends PeerClient {
  readonly shards = new Map<string, Shard>();
  answered: (address: string) => Promise<void> = async () => undefined;

  override async push(address: string, record: ShardRecord): Promise<void> {
    await this.shards.get(address)?.accept({ ...record });
    await this.answered(address);
  }
}

/** Two Pods that are in and know each other, with a key that the first holds and the second owns. */
async function twoPods() {
  const peers = new LocalPeers({ client: new HttpClient(), timeout: 1000, token: undefined });
  const open = async (ordinal: number) => {
    const store = await ShardStore.open({ folder: tempDir(), limit: 1e6 });
    const shard = new Shard(store, new Membership(ordinal), peers);
    shard.membership.join(`pod-${ordinal}`);
    shard.synced = true;
    peers.shards.set(`pod-${ordinal}`, shard);
    return shard;
  };
  const first = await open(0);
  const second = await open(1);
  const key = ['a', 'b', 'c', 'd', 'e', 'f'].find((name) => ownerOf(name, [0, 1]) === 1) ?? '';
  await first.put(key, Buffer.from('value'), 'text/plain', false);
  first.membership.merge(second.membership.all);
  second.membership.merge(first.membership.all);
  return { first, second, peers, key };
}

const leave = async (shard: Shard, key: string, others: Shard[]) => {
  await shard.beginLeaving();
  await shard.handOver(key);
  shard.membership.leave();
  for (const other of others) other.membership.merge(shard.membership.all);
};

describe('handing a key over', () => {
  it('keeps a key that the new owner has already given back when its answer arrives', async () => {
    const { first, second, peers, key } = await twoPods();
    peers.answered = async (address) => {
      if (address === 'pod-1') await leave(second, key, [first]);
    };
    await first.handOver(key);
    expect(second.store.get(key), 'the Pod that left').toBeUndefined();
    expect(first.store.get(key), 'the Pod that stays').toMatchObject({ key, type: 'text/plain' });
  });

  it('keeps a key whose new owner is leaving', async () => {
    const { first, second, key } = await twoPods();
    await second.beginLeaving();
    await expect(first.handOver(key)).rejects.toMatchObject({ code: 'ERR_SHARD_UNAVAILABLE' });
    expect(first.store.get(key)).toBeDefined();
  });

  it('waits, before a Pod leaves, for a key that is just arriving', async () => {
    const { first, second, key } = await twoPods();
    const arriving = second.accept({ key, version: 1, value: 'dg==' });
    await second.beginLeaving();
    expect(second.store.get(key), 'when leaving begins').toBeDefined();
    await arriving;
    await second.handOver(key);
    expect(first.store.get(key)).toBeDefined();
  });

  it('does nothing for a Pod that is leaving itself, even if told to', async () => {
    const { second } = await twoPods();
    await second.beginLeaving();
    await expect(second.put('any', Buffer.from('x'), 'text/plain', true)).rejects.toMatchObject({
      code: 'ERR_SHARD_UNAVAILABLE',
    });
  });
});
