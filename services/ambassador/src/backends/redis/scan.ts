import { Cluster, type Redis } from 'ioredis';
import { keyToBytes } from '../../store/key.ts';
import type { Key, ListOptions } from '../../store/store.ts';
import { badCursor } from '../../store/store-error.ts';
import type { RedisClient } from './connect.ts';

/** One step of SCAN. In a cluster the masters come one after the other, and the cursor names which: `node-cursor`. */
export async function scanPage(
  client: RedisClient,
  { prefix = '', limit, cursor = '0-0' }: ListOptions,
): Promise<{ keys: Buffer[]; cursor?: string }> {
  const [, node = '', inner = ''] = /^(\d{1,4})-(\d{1,20})$/.exec(cursor) ?? [];
  if (inner === '') throw badCursor();
  const nodes = mastersOf(client);
  const at = Number(node);
  const current = nodes[at];
  if (current === undefined) throw badCursor();
  const reply = await current.callBuffer('SCAN', inner, 'MATCH', prefixPattern(prefix), 'COUNT', limit);
  const [next, keys] = reply as [Buffer, Buffer[]];
  if (String(next) !== '0') return { keys, cursor: `${at}-${String(next)}` };
  return at + 1 < nodes.length ? { keys, cursor: `${at + 1}-0` } : { keys };
}

/** How many keys all masters have. */
export async function countKeys(client: RedisClient): Promise<number> {
  const counts = await Promise.all(mastersOf(client).map((node) => node.dbsize()));
  return counts.reduce((sum, count) => sum + count, 0);
}

const mastersOf = (client: RedisClient): Redis[] =>
  client instanceof Cluster ? client.nodes('master').toSorted(byAddress) : [client];

const byAddress = (left: RedisClient, right: RedisClient): number => addressOf(left).localeCompare(addressOf(right));
const addressOf = ({ options }: RedisClient): string =>
  'host' in options ? `${String(options.host)}:${String('port' in options ? options.port : '')}` : '';

/** The glob of a prefix, with what a glob would take for more than itself escaped. */
const prefixPattern = (prefix: Key): Buffer => keyToBytes(`${prefix.replaceAll(/[*?[\]\\^-]/g, '\\$&')}*`);
