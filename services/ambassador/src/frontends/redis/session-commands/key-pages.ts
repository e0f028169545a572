import type { Built } from '../../../store/built.ts';
import { escapeGlob, type Glob } from '../../../store/glob.ts';
import { bytesToKey, keyToBytes } from '../../../store/key.ts';
import type { RawRoute } from '../../../store/raw-route.ts';
import type { Key } from '../../../store/store.ts';
import type { Client } from '../client.ts';
import { errorReplies } from '../commands/errors.ts';
import { CommandError } from '../commands/reply.ts';
import { ask, checked } from '../forwarding/ask.ts';
import { connectionFor } from '../forwarding/forward.ts';
import type { Upstream } from '../upstream/upstream.ts';

type Page = { keys: Key[]; cursor: string | undefined };

/** The keys to list: those that match a pattern and, if it is given, have a type of Redis. */
export type Wanted = { glob: Glob; count: number; type?: string };

/** One page of the keys of one route, without the prefix that they have in the Redis. */
export async function keyPage(
  client: Client,
  route: Built,
  { glob, count, type }: Wanted,
  cursor: string | undefined,
): Promise<Page> {
  const { raw } = route;
  // A client may ask for any count; a page may be shorter.
  const limit = Math.min(count, 10_000);
  if (raw === undefined) {
    if (type !== undefined && type !== 'string') return { keys: [], cursor: undefined };
    const found = await route.store.list({ prefix: glob.prefix, limit, cursor });
    const isShown = (key: Key) => glob.matches(key) && client.endpoint.engine.leadsTo(route, key);
    return { keys: found.keys.filter(isShown), cursor: found.cursor };
  }
  const pattern = escapeGlob(raw.keyPrefix) + glob.pattern;
  const { node, inner, after } = await chooseNode(client, raw, cursor);
  const words = ['SCAN', inner, 'MATCH', keyToBytes(pattern), 'COUNT', String(limit)];
  const request = type === undefined ? words : [...words, 'TYPE', type];
  const [reply] = await ask(client, raw, [request], { connection: connectionFor(client, raw, undefined, node) });
  const [next, found] = checked(reply) as [Buffer, Buffer[]];
  const keys = found.map((key) => bytesToKey(key).slice(raw.keyPrefix.length));
  return { keys: keys.filter((key) => client.endpoint.engine.leadsTo(route, key)), cursor: after(next.toString()) };
}

/** How many keys the backend of a route has, where it can count exactly those of the route. */
export async function countRouteKeys(client: Client, { raw, store }: Built): Promise<number | undefined> {
  if (raw === undefined) return store.count('');
  if (raw.keyPrefix !== '') return undefined;
  const nodes = await client.upstream(raw).nodes();
  const asked = nodes.map((node) =>
    ask(client, raw, [['DBSIZE']], { connection: connectionFor(client, raw, undefined, node) }),
  );
  return (await Promise.all(asked)).reduce((sum, [reply]) => sum + Number(checked(reply)), 0);
}

type Step = { node: Upstream; inner: string; after: (next: string) => string | undefined };

/** The node to scan next; the cursor names it, `place-cursor`. */
async function chooseNode(client: Client, raw: RawRoute, cursor = '0-0'): Promise<Step> {
  const nodes = await client.upstream(raw).nodes();
  const [place = '0', inner = '0'] = cursor.split('-');
  const node = nodes[Number(place)];
  if (node === undefined) throw new CommandError(errorReplies.invalidCursor);
  const last = Number(place) + 1 >= nodes.length;
  const following = last ? undefined : `${Number(place) + 1}-0`;
  return { node, inner, after: (next) => (next === '0' ? following : `${place}-${next}`) };
}

/** All keys of one route that match, a page at a time, which may be deleted before the next. */
export async function* pagesIn(client: Client, route: Built, glob: Glob): AsyncGenerator<Key[]> {
  let cursor: string | undefined;
  do {
    const found = await keyPage(client, route, { glob, count: 1000 }, cursor);
    yield found.keys;
    cursor = found.cursor;
  } while (cursor !== undefined);
}

/** All keys of all routes that match; one that moves from store to store meanwhile may come twice. */
export async function* allKeys(client: Client, glob: Glob): AsyncGenerator<Key> {
  for (const route of client.endpoint.engine.routes())
    for await (const keys of pagesIn(client, route, glob)) yield* keys;
}
