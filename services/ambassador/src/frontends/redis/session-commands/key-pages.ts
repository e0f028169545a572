import type { Route } from '../../../routing/engine.ts';
import type { Glob } from '../../../store/glob.ts';
import { bytesToKey, keyToBytes } from '../../../store/key.ts';
import type { RawRoute } from '../../../store/raw-route.ts';
import type { Key } from '../../../store/store.ts';
import type { Client } from '../client.ts';
import { CommandError } from '../commands/answer.ts';
import { replies } from '../commands/errors.ts';
import { askOver, checked } from '../forwarding/ask.ts';
import { connectionFor } from '../forwarding/forward.ts';
import { ClusterUpstream } from '../upstream/cluster/cluster-upstream.ts';
import type { ForwardingConnection } from '../upstream/forwarding-connection.ts';

type Page = { keys: Key[]; cursor: string | undefined };

/** Keys that are requested, or deleted, at a time. */
export const pageSize = 1000;

/** The keys to list: those that match a pattern and, if it is given, have a type of Redis. */
export type Wanted = { glob: Glob; count: number; type?: string };

/** One page of the keys of one route, without the prefix that they have in the Redis. */
export async function keyPage(
  client: Client,
  route: Route,
  { glob, count: limit, type }: Wanted,
  cursor: string | undefined,
): Promise<Page> {
  const { raw } = route;
  if (raw === undefined) {
    if (type !== undefined && type !== 'string') return { keys: [], cursor: undefined };
    const found = await route.store.list({ prefix: glob.prefix, limit, ...(cursor === undefined ? {} : { cursor }) });
    return { keys: found.keys.filter((key) => isShown(client, route, key, glob)), cursor: found.cursor };
  }
  // The prefix is literal, so the special characters of patterns in it are escaped.
  const pattern = raw.keyPrefix.replaceAll(/[\\*?[\]^]/g, '\\$&') + glob.pattern;
  const { node, inner, behind } = await chooseNode(client, raw, cursor);
  const words = ['SCAN', inner, 'MATCH', keyToBytes(pattern), 'COUNT', String(limit)];
  const request = type === undefined ? words : [...words, 'TYPE', type];
  const [reply] = await askOver(client, raw, [request], { connection: node });
  const [next, found] = checked(reply) as [Buffer, Buffer[]];
  const keys = found.map((key) => bytesToKey(key).slice(raw.keyPrefix.length));
  return {
    keys: keys.filter((key) => client.endpoint.engine.route(key) === route),
    cursor: behind(next.toString()),
  };
}

type Step = { node: ForwardingConnection; inner: string; behind: (next: string) => string | undefined };

/** The node to scan next; in a cluster the cursor names it, `place-cursor`. */
async function chooseNode(client: Client, raw: RawRoute, cursor: string | undefined): Promise<Step> {
  const upstream = client.upstream(raw);
  if (!(upstream instanceof ClusterUpstream))
    return {
      node: connectionFor(client, raw, undefined),
      inner: cursor ?? '0',
      behind: (next) => (next === '0' ? undefined : next),
    };
  const nodes = (await upstream.masters()).toSorted(
    (left, right) => left.host.localeCompare(right.host) || left.port - right.port,
  );
  const [place = '0', inner = '0'] = (cursor ?? '0-0').split('-');
  const node = nodes[Number(place)];
  if (node === undefined) throw new CommandError(replies.invalidCursor);
  const last = Number(place) + 1 >= nodes.length;
  const after = last ? undefined : `${Number(place) + 1}-0`;
  return {
    node: upstream.at(node).connection(client.session.protocol),
    inner,
    behind: (next) => (next === '0' ? after : `${place}-${next}`),
  };
}

/** A store may hold keys that rules send elsewhere; those are not listed. */
const isShown = ({ endpoint }: Client, route: Route, key: Key, glob: Glob): boolean =>
  glob.matches(key) && endpoint.engine.route(key) === route;

/** All keys of one route that match, a page at a time. */
export async function* keysIn(client: Client, route: Route, glob: Glob): AsyncGenerator<Key> {
  let cursor: string | undefined;
  do {
    const found = await keyPage(client, route, { glob, count: pageSize }, cursor);
    yield* found.keys;
    cursor = found.cursor;
  } while (cursor !== undefined);
}

/** All keys of all routes that match; one that moves from store to store meanwhile may come twice. */
export async function* allKeys(client: Client, glob: Glob): AsyncGenerator<Key> {
  for (const route of client.endpoint.engine.routes()) yield* keysIn(client, route, glob);
}

export async function collect(keys: AsyncIterable<Key>): Promise<Key[]> {
  const found: Key[] = [];
  for await (const key of keys) found.push(key);
  return found;
}
