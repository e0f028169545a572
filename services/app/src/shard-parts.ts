import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { PodkitError } from '@podkit/chassis/errors';
import type { Context } from '@podkit/chassis/process/service';
import type { Config } from './config.ts';
import type { Core } from './core.ts';
import { HttpClient } from './http-client.ts';
import { isIn, Membership } from './shard/membership.ts';
import { PeerClient } from './shard/peer-client.ts';
import { Shard } from './shard/shard.ts';
import { ShardStore } from './shard/shard-store.ts';
import { ShardSync } from './shard/shard-sync.ts';
import { dnsResolver } from './shard/srv-resolver.ts';

export type ShardParts = { shard: Shard; peers: PeerClient; sync: ShardSync; stateful: boolean };

/** Open the keys of this Pod; undefined where the data folder is missing and this is no StatefulSet. */
export async function openShard(context: Context<Config>, core: Core): Promise<ShardParts | undefined> {
  const { config, log, lifecycle, health } = context;
  const stateful = config.shardSrv !== undefined;
  const there = await access(config.data).then(
    () => true,
    () => false,
  );
  if (!there && stateful)
    throw new PodkitError('ERR_DATA', `APP_DATA=${config.data}: no such folder; is the volume mounted?`);
  if (!there) {
    log.debug({ folder: config.data }, 'no keys: the data folder is missing');
    return undefined;
  }
  const store = await openStore(config);
  lifecycle.atClose('journal', () => store.close());
  const resolver = dnsResolver({ server: config.shardDns });
  const client = new HttpClient({ lookup: resolver.lookup });
  lifecycle.atClose('connections to peers', () => client.close());
  const peers = new PeerClient({ client, timeout: config.shardTimeout, token: config.shardToken });
  const shard = new Shard(store, new Membership(core.identity.ordinal ?? 0), peers);
  const onChange = (text: string) => {
    log.info({ text }, 'shard');
    core.timeline.record('shard', text);
  };
  const { shardSrv: service, shardPeriod: period, shardPatience: patience } = config;
  const sync = new ShardSync({ shard, peers, resolver, service, period, log, onChange });
  const began = performance.now();
  health.add('readyz', 'shard', () => {
    if (store.journal.broken !== undefined) throw store.journal.broken;
    // Only for a while: a StatefulSet starts the next Pod when this one is ready, and that may be the one waited for.
    // From then on a key that a missing member may hold is answered 503 by itself.
    if (!shard.synced && performance.now() - began < patience)
      throw new PodkitError('ERR_SHARD_UNAVAILABLE', 'not every member has handed its keys over yet');
  });
  return { shard, peers, sync, stateful };
}

/** @throws {PodkitError} ERR_DATA when the volume can't be used: read-only, full, someone else's; ERR_JOURNAL as it is */
async function openStore({ data, shardLimit: limit }: Readonly<Config>): Promise<ShardStore> {
  try {
    return await ShardStore.open({ folder: join(data, 'shard'), limit });
  } catch (error) {
    if (error instanceof PodkitError) throw error;
    throw new PodkitError('ERR_DATA', `APP_DATA=${data}: keys can't be kept there`, { cause: error });
  }
}

/** Take part; and when the drain begins, hand the keys over while requests are still answered. */
export async function joinShard({ config, lifecycle }: Context<Config>, { sync, stateful }: ShardParts): Promise<void> {
  let left: Promise<void> | undefined;
  lifecycle.onChange(({ state }) => {
    if (state === 'draining') left = sync.leave();
  });
  lifecycle.atClose('keys', () => left);
  await sync.start(stateful ? ownAddress(config) : '');
}

/** A StatefulSet's Pod is `name.service.namespace.svc.zone`, and that is the SRV name without its first two labels. */
function ownAddress({ podName, podIndex, shardSrv = '', port }: Readonly<Config>): string {
  const domain = shardSrv.split('.').slice(2).join('.');
  return `${podName ?? `app-${podIndex}`}.${domain}:${port}`;
}

/** What the API and the console say of the shard. */
export function shardStatus({ shard, sync, stateful }: ShardParts): unknown {
  const { membership, store } = shard;
  return {
    mode: stateful ? 'stateful' : 'single',
    ordinal: membership.self,
    synced: shard.synced,
    keys: store.keyCount,
    bytes: store.bytes,
    journalBytes: store.journal.length,
    members: membership.all.map((member) => {
      const self = member.ordinal === membership.self;
      const seenAt = self ? Date.now() : sync.seenAt(member.ordinal);
      const state = isIn(member) ? (seenAt === undefined ? 'missing' : 'in') : 'left';
      return { ordinal: member.ordinal, name: member.address, state, self, seenAt };
    }),
  };
}
