import type { RawRoute, Route } from '../../../routing/engine.ts';
import { compileGlob, type Glob } from '../../../store/glob.ts';
import { bytesOfKey, keyOfBytes } from '../../../store/key.ts';
import type { Key } from '../../../store/store.ts';
import type { Client, DoorCommand } from '../client.ts';
import { type Answer, CommandError, ok } from '../commands/answer.ts';
import { replies } from '../commands/errors.ts';
import { integer } from '../commands/numbers.ts';
import type { RequestView } from '../commands/request.ts';
import { type Group, groupByRoute, ownedDatabase } from '../dispatch/grouping.ts';
import { ask, askOver, asNumber } from '../forwarding/ask.ts';
import { forward, laneOf } from '../forwarding/forward.ts';
import { ReplyError } from '../protocol/reply-decoder.ts';
import { ClusterUpstream } from '../upstream/cluster/cluster-upstream.ts';
import type { ForwardingConnection } from '../upstream/forwarding-connection.ts';
import { storesBusy } from './split-commands.ts';

/**
 * A command over all keys, which must see all that this client wrote before. A Redis whose keys these are answers it
 * itself, unless it `flushes`, which reaches other databases there and past a near cache.
 */
const overAll =
  (answer: (client: Client) => Promise<Answer>, flushes = false): DoorCommand =>
  (client, command) => {
    const owned = flushes ? undefined : ownedDatabase(client.door.engine);
    if (owned !== undefined) return forward(client, command, owned, [], []);
    if (storesBusy(client)) return false;
    client.endRun();
    client.answerLater(answer(client), 'exclusive');
    return true;
  };

type Page = { keys: Key[]; cursor: string | undefined };

const pageSize = 1000;

/** One page of the keys of one route, without the prefix that they have in the Redis. */
async function page(
  client: Client,
  route: Route,
  glob: Glob,
  cursor: string | undefined,
  limit: number,
  type?: string,
): Promise<Page> {
  const { raw } = route;
  if (raw === undefined) {
    if (type !== undefined && type !== 'string') return { keys: [], cursor: undefined };
    const found = await route.store.list({ prefix: glob.prefix, limit, ...(cursor === undefined ? {} : { cursor }) });
    return { keys: found.keys.filter((key) => mine(client, route, key, glob)), cursor: found.cursor };
  }
  // The prefix is literal: what it has of a pattern's characters is escaped.
  const pattern = raw.keyPrefix.replaceAll(/[\\*?[\]^]/g, '\\$&') + glob.pattern;
  const { node, inner, behind } = await nodeOf(client, raw, cursor);
  const words = ['SCAN', inner, 'MATCH', bytesOfKey(pattern), 'COUNT', String(limit)];
  const [reply] = await askOver(client, raw, [type === undefined ? words : [...words, 'TYPE', type]], node);
  if (!Array.isArray(reply))
    throw new CommandError(reply instanceof ReplyError ? reply.message : 'ERR no page of keys');
  const keys = (reply[1] as Buffer[]).map((key) => keyOfBytes(key).slice(raw.keyPrefix.length));
  const next = (reply[0] as Buffer).toString();
  return {
    keys: keys.filter((key) => client.door.engine.route(key) === route),
    cursor: behind(next),
  };
}

type Step = { node: ForwardingConnection; inner: string; behind: (next: string) => string | undefined };

/** The node of a cluster whose turn it is; the cursor names it, `place-cursor`. Without a cluster there is one node. */
async function nodeOf(client: Client, raw: RawRoute, cursor: string | undefined): Promise<Step> {
  const upstream = client.upstream(raw);
  const { id, protocol } = client.session;
  if (!(upstream instanceof ClusterUpstream))
    return {
      node: laneOf(client, raw, undefined),
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
    node: upstream.at(node).connection(id, protocol),
    inner,
    behind: (next) => (next === '0' ? after : `${place}-${next}`),
  };
}

/** A store may hold keys that rules send elsewhere; those are not this door's to show. */
const mine = ({ door }: Client, route: Route, key: Key, glob: Glob): boolean =>
  glob.matches(key) && door.engine.route(key) === route;

async function* keysOf(client: Client, glob: Glob): AsyncGenerator<Key> {
  for (const route of client.door.engine.routes()) {
    let cursor: string | undefined;
    do {
      const found = await page(client, route, glob, cursor, pageSize);
      yield* found.keys;
      cursor = found.cursor;
    } while (cursor !== undefined);
  }
}

async function listKeys(client: Client): Promise<Answer> {
  const glob = compileGlob(client.request.key(1));
  const found = new Set<Key>();
  for await (const key of keysOf(client, glob)) found.add(key);
  return [...found].map(bytesOfKey);
}

async function dbsize(client: Client): Promise<Answer> {
  const found = new Set<Key>();
  for await (const key of keysOf(client, compileGlob('*'))) found.add(key);
  return found.size;
}

async function randomkey(client: Client): Promise<Answer> {
  let chosen: Key | undefined;
  let seen = 0;
  for await (const key of keysOf(client, compileGlob('*'))) {
    seen += 1;
    // Reservoir of one; after a few thousand keys it is random enough.
    if (Math.random() * seen < 1) chosen = key;
    if (seen >= 5000) break;
  }
  return chosen === undefined ? null : bytesOfKey(chosen);
}

/** SCAN over all routes, one after the other. The cursor names a place that the door remembers. */
async function scan(client: Client): Promise<Answer> {
  const { request, door } = client;
  const options = scanOptions(request);
  const place = door.cursors.resume(request.text(1), door.engine.routes());
  const [route, ...others] = place.routes;
  if (route === undefined) return ['0', []];
  const found = await page(client, route, options.glob, place.cursor, options.count, options.type);
  const next = { routes: found.cursor === undefined ? others : place.routes, cursor: found.cursor };
  return [next.routes.length === 0 ? '0' : door.cursors.keep(next), found.keys.map(bytesOfKey)];
}

function scanOptions(request: RequestView): { glob: Glob; count: number; type?: string } {
  const options: { glob: Glob; count: number; type?: string } = { glob: compileGlob('*'), count: 10 };
  for (let index = 2; index < request.count; index += 2) {
    const word = request.word(index);
    if (index + 1 >= request.count) throw new CommandError(replies.syntax);
    if (word === 'match') options.glob = compileGlob(request.key(index + 1));
    else if (word === 'type') options.type = request.word(index + 1);
    else if (word === 'count') {
      options.count = integer(request.text(index + 1));
      if (options.count < 1) throw new CommandError(replies.syntax);
    } else throw new CommandError(replies.syntax);
  }
  return options;
}

/** FLUSHDB and FLUSHALL: every key that this door can show, and no other. */
async function flush(client: Client): Promise<Answer> {
  for (const route of client.door.engine.routes()) {
    const found: Key[] = [];
    let cursor: string | undefined;
    do {
      const next = await page(client, route, compileGlob('*'), cursor, pageSize);
      found.push(...next.keys);
      cursor = next.cursor;
    } while (cursor !== undefined);
    for (let at = 0; at < found.length; at += pageSize) await remove(client, route, found.slice(at, at + pageSize));
  }
  return ok;
}

async function remove(client: Client, { raw, store }: Route, own: Key[]): Promise<void> {
  if (raw === undefined) {
    await store.writeMany(own.map((key) => ({ kind: 'delete', key })));
    return;
  }
  const unlink = async ({ keys, slot }: Group) =>
    asNumber((await ask(client, raw, [['UNLINK', ...keys.map((key) => bytesOfKey(raw.keyPrefix + key))]], slot))[0]);
  await Promise.all(groupByRoute(client, own).map(unlink));
  raw.near?.invalidate(own);
}

export const keyspaceCommands: Record<string, DoorCommand> = {
  keys: overAll(listKeys),
  dbsize: overAll(dbsize),
  randomkey: overAll(randomkey),
  scan: overAll(scan),
  flushdb: overAll(flush, true),
  flushall: overAll(flush, true),
};
