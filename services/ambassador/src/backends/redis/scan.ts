import { Cluster, type Redis } from 'ioredis';
import { escapeGlob } from '../../store/glob.ts';
import { keyToBytes } from '../../store/key.ts';
import type { ListOptions } from '../../store/store.ts';
import { badCursor } from '../../store/store-error.ts';
import type { RedisClient } from './redis-client.ts';

/** One step of SCAN. In a cluster the masters come one after the other, and the cursor names which: `node-cursor`. */
export async function scanPage(
  client: RedisClient,
  { prefix = '', limit, cursor = '0-0' }: ListOptions,
): Promise<{ keys: Buffer[]; cursor?: string }> {
  const [, node = '', inner = ''] = /^(\d{1,4})-(\d{1,20})$/.exec(cursor) ?? [];
  if (inner === '') throw badCursor();
  const nodes = listMasters(client);
  const at = Number(node);
  const current = nodes[at];
  if (current === undefined) throw badCursor();
  const reply = await current.callBuffer('SCAN', inner, 'MATCH', keyToBytes(`${escapeGlob(prefix)}*`), 'COUNT', limit);
  const [next, keys] = reply as [Buffer, Buffer[]];
  if (String(next) !== '0') return { keys, cursor: `${at}-${String(next)}` };
  return at + 1 < nodes.length ? { keys, cursor: `${at + 1}-0` } : { keys };
}

/** How many keys all masters have. */
export async function countKeys(client: RedisClient): Promise<number> {
  const counts = await Promise.all(listMasters(client).map((node) => node.dbsize()));
  return counts.reduce((sum, count) => sum + count, 0);
}

const listMasters = (client: RedisClient): Redis[] =>
  client instanceof Cluster ? client.nodes('master').toSorted(byAddress) : [client];

const byAddress = (left: RedisClient, right: RedisClient): number =>
  formatAddress(left).localeCompare(formatAddress(right));
const formatAddress = ({ options }: RedisClient): string =>
  'host' in options ? `${String(options.host)}:${String('port' in options ? options.port : '')}` : '';
