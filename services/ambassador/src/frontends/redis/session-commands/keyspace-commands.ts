import type { Built } from '../../../store/built.ts';
import { compileGlob, type Glob } from '../../../store/glob.ts';
import { keyToBytes } from '../../../store/key.ts';
import type { Key } from '../../../store/store.ts';
import type { Client, SessionCommand } from '../client.ts';
import { errorReplies } from '../commands/errors.ts';
import { deleteMany } from '../commands/many.ts';
import { readInteger } from '../commands/numbers.ts';
import { CommandError, ok, type Reply } from '../commands/reply.ts';
import type { RequestView } from '../commands/request.ts';
import { groupByRoute, ownedDatabase } from '../dispatch/grouping.ts';
import { forward } from '../forwarding/forward.ts';
import { answerAlone } from './answer-alone.ts';
import { allKeys, countRouteKeys, keyPage, pagesIn, type Wanted } from './key-pages.ts';
import { removeKeys } from './split-commands.ts';

const everything = compileGlob('*');

/**
 * A command on all keys, which must see all that this client wrote before. The Redis that owns all keys answers it,
 * unless the command `flushes`: there that would reach other databases, and pass by a near cache.
 */
const overAll =
  (answer: (client: Client) => Promise<Reply>, flushes = false): SessionCommand =>
  (client, command) => {
    const owned = flushes ? undefined : ownedDatabase(client.endpoint.engine);
    if (owned !== undefined) return forward(client, command, owned, [], []);
    return answerAlone(client, () => answer(client));
  };

/** A pattern that a client sent; compiled it takes many times its bytes. */
function readGlob(request: RequestView, index: number): Glob {
  const pattern = request.key(index);
  if (pattern.length > 65_536) throw new CommandError('ERR the pattern is too long');
  return compileGlob(pattern);
}

/** What one reply to KEYS may hold. */
const maxKeys = 100_000;
const maxBytes = 64 * 1024 * 1024;

async function matchingKeys(client: Client): Promise<Reply> {
  const found = new Set<Key>();
  let bytes = 0;
  for await (const key of allKeys(client, readGlob(client.request, 1))) {
    bytes += key.length;
    if (found.add(key).size > maxKeys || bytes > maxBytes)
      throw new CommandError(`ERR more keys match than the ${maxKeys} or 64 MiB of one reply; use SCAN`);
  }
  return [...found].map(keyToBytes);
}

/** If one route has all keys, its backend counts them. Otherwise they are counted page by page, and none is kept. */
async function dbsize(client: Client): Promise<Reply> {
  const routes = client.endpoint.engine.routes();
  const [only, second] = routes;
  const counted = only !== undefined && second === undefined ? await countRouteKeys(client, only) : undefined;
  if (counted !== undefined) return counted;
  let count = 0;
  for (const route of routes) for await (const page of pagesIn(client, route, everything)) count += page.length;
  return count;
}

async function randomkey(client: Client): Promise<Reply> {
  let chosen: Key | undefined;
  let seen = 0;
  for await (const key of allKeys(client, everything)) {
    seen += 1;
    // Reservoir sampling of one key, over the first few thousand.
    if (Math.random() * seen < 1) chosen = key;
    if (seen >= 5000) break;
  }
  return chosen === undefined ? null : keyToBytes(chosen);
}

/** SCAN over all routes, one after the other. The cursor names a place that is remembered here. */
async function scan(client: Client): Promise<Reply> {
  const { request, endpoint } = client;
  const options = scanOptions(request);
  const place = endpoint.cursors.resume(request.text(1), endpoint.engine.routes());
  const [route, ...others] = place.routes;
  if (route === undefined) return ['0', []];
  const found = await keyPage(client, route, options, place.cursor);
  const next = { routes: found.cursor === undefined ? others : place.routes, cursor: found.cursor };
  return [next.routes.length === 0 ? '0' : endpoint.cursors.keep(next), found.keys.map(keyToBytes)];
}

function scanOptions(request: RequestView): Wanted {
  const options: Wanted = { glob: everything, count: 10 };
  for (let index = 2; index < request.count; index += 2) {
    const word = request.word(index);
    if (index + 1 >= request.count) throw new CommandError(errorReplies.syntax);
    if (word === 'match') options.glob = readGlob(request, index + 1);
    else if (word === 'type') options.type = request.word(index + 1);
    else if (word === 'count') {
      options.count = readInteger(request.text(index + 1));
      if (options.count < 1) throw new CommandError(errorReplies.syntax);
    } else throw new CommandError(errorReplies.syntax);
  }
  return options;
}

/** FLUSHDB and FLUSHALL: delete every key of this endpoint, and no other. */
async function flush(client: Client): Promise<Reply> {
  for (const route of client.endpoint.engine.routes())
    for await (const keys of pagesIn(client, route, everything)) await deleteKeys(client, route, keys);
  return ok;
}

async function deleteKeys(client: Client, { raw, store }: Built, keys: readonly Key[]): Promise<void> {
  if (raw === undefined) await deleteMany(store, keys);
  else await Promise.all(groupByRoute(client, keys).map((group) => removeKeys(client, raw, group)));
}

export const keyspaceCommands: Record<string, SessionCommand> = {
  keys: overAll(matchingKeys),
  dbsize: overAll(dbsize),
  randomkey: overAll(randomkey),
  scan: overAll(scan),
  flushdb: overAll(flush, true),
  flushall: overAll(flush, true),
};
