import { bytesOfKey } from '../../engine/key.ts';
import type { Entry, Key, Store } from '../../engine/store.ts';
import { StoreError } from '../../engine/store-error.ts';
import { ReplyError } from '../codec/reply-decoder.ts';
import { type Answer, CommandError, ok } from '../commands/answer.ts';
import { replies, wrongArguments } from '../commands/errors.ts';
import { keyPositions } from '../commands/key-positions.ts';
import { asCommandError, isMismatch } from '../commands/store-errors.ts';
import { ask, asNumber } from './ask.ts';
import type { ClientConnection } from './client-connection.ts';
import { forward } from './forward.ts';
import { type Group, groupByRoute } from './grouping.ts';
import type { DoorCommand } from './registry.ts';

/** Nothing of this client may be under way in the stores, for these commands go to several of them at once. */
export const storesBusy = ({ pending }: ClientConnection): boolean => pending.reads > 0 || pending.writes > 0;

/** MGET: each route gets one request; a key that can't be read has its error in its place. */
const mget: DoorCommand = (client, command) => {
  if (storesBusy(client) || client.pending.nearWrites > 0) return false;
  const keys = keyPositions(command, client.request).map((position) => client.request.key(position));
  client.endRun();
  const groups = groupByRoute(client, keys);
  client.answerLater(
    gather(keys.length, groups, (group) => readGroup(client, group)),
    'exclusive',
  );
  return true;
};

async function gather(
  count: number,
  groups: readonly Group[],
  read: (group: Group) => Promise<Answer[]>,
): Promise<Answer> {
  const answers: Answer[] = Array.from({ length: count }, () => null);
  const parts = await Promise.all(
    groups.map((group) => read(group).catch((error: unknown) => group.keys.map(() => asCommandError(error)))),
  );
  for (const [index, part] of parts.entries())
    for (const [at, place] of (groups[index]?.places ?? []).entries()) answers[place] = part[at] ?? null;
  return answers;
}

async function readGroup(client: ClientConnection, { route, raw, keys }: Group): Promise<Answer[]> {
  if (raw === undefined || raw.near !== undefined) return (await route.store.getMany(keys)).map(answerOf);
  const stored = keys.map((key) => bytesOfKey(raw.keyPrefix + key));
  const [values] = await ask(client, raw, [['MGET', ...stored]]);
  if (!Array.isArray(values)) throw new CommandError(values instanceof ReplyError ? values.message : 'ERR no array');
  const answers = values as (Buffer | null)[];
  // MGET knows nothing of hashes, so what is missing is looked for where the Dapr door would have put it.
  const missing = answers.flatMap((value, place) => (value === null ? [place] : []));
  const hashed = await ask(
    client,
    raw,
    missing.map((place) => ['HGET', stored[place] ?? '', 'data']),
  );
  for (const [index, place] of missing.entries()) {
    const value = hashed[index];
    if (value instanceof Buffer) answers[place] = value;
  }
  return answers;
}

const answerOf = (result: Entry | undefined | StoreError): Answer => {
  if (result instanceof StoreError) return result.code === 'ERR_WRONG_TYPE' ? null : asCommandError(result);
  return result?.value ?? null;
};

/** DEL, UNLINK, EXISTS, TOUCH: counted per route and added up. */
const counted =
  (onStore: (store: Store, keys: readonly Key[]) => Promise<number>): DoorCommand =>
  (client, command) => {
    const keys = keyPositions(command, client.request).map((position) => client.request.key(position));
    const groups = groupByRoute(client, keys);
    const [first] = groups;
    if (groups.length === 1 && first?.raw !== undefined)
      return forward(
        client,
        command,
        first.raw,
        keyPositions(command, client.request),
        command.write ? keys : undefined,
      );
    if (storesBusy(client) || client.pending.nearWrites > 0) return false;
    client.endRun();
    const count = async ({ route, raw, keys: own }: Group): Promise<number> => {
      if (raw === undefined) return onStore(route.store, own);
      if (command.write) raw.near?.invalidate(own);
      const [reply] = await ask(client, raw, [[command.name, ...own.map((key) => bytesOfKey(raw.keyPrefix + key))]]);
      if (command.write) raw.near?.invalidate(own);
      return asNumber(reply);
    };
    const total = Promise.all(groups.map(count)).then((counts) => counts.reduce((sum, each) => sum + each, 0));
    client.answerLater(total, 'exclusive');
    return true;
  };

async function deleteAll(store: Store, keys: readonly Key[]): Promise<number> {
  const results = await store.writeMany([...new Set(keys)].map((key) => ({ kind: 'delete', key })));
  return results.filter((result) => {
    if (result instanceof StoreError) throw result;
    return 'deleted' in result && result.deleted;
  }).length;
}

async function countAll(store: Store, keys: readonly Key[]): Promise<number> {
  const results = await store.getMany(keys);
  return results.filter((result) => {
    if (result instanceof StoreError && result.code !== 'ERR_WRONG_TYPE') throw result;
    return result !== undefined;
  }).length;
}

/** MSET: each route for itself; not atomic over several, and the first failure is the answer. */
const mset: DoorCommand = (client, command) => {
  const { request } = client;
  if (request.count % 2 === 0) throw new CommandError(wrongArguments('mset'));
  const positions = keyPositions(command, request);
  const keys = positions.map((position) => request.key(position));
  const groups = groupByRoute(client, keys);
  const [first] = groups;
  if (groups.length === 1 && first?.raw !== undefined) return forward(client, command, first.raw, positions, keys);
  if (storesBusy(client)) return false;
  client.endRun();
  const values = positions.map((position) => request.value(position + 1));
  client.answerLater(
    Promise.all(groups.map((group) => writeGroup(client, group, values))).then(() => ok),
    'exclusive',
  );
  return true;
};

async function writeGroup(
  client: ClientConnection,
  { route, raw, keys, places }: Group,
  values: readonly Buffer[],
): Promise<void> {
  const pairs = keys.map((key, index) => ({ key, value: values[places[index] ?? 0] ?? Buffer.alloc(0) }));
  if (raw === undefined) {
    const results = await route.store.writeMany(pairs.map((pair) => ({ kind: 'set', ...pair })));
    for (const result of results) if (result instanceof StoreError) throw result;
    return;
  }
  raw.near?.invalidate(keys);
  const words = pairs.flatMap(({ key, value }) => [bytesOfKey(raw.keyPrefix + key), value]);
  const [reply] = await ask(client, raw, [['MSET', ...words]]);
  raw.near?.invalidate(keys);
  if (reply instanceof ReplyError) throw new CommandError(reply.message);
}

/** MSETNX: all or nothing, so all keys must live in one place. */
const msetnx: DoorCommand = (client, command) => {
  const { request } = client;
  if (request.count % 2 === 0) throw new CommandError(wrongArguments('msetnx'));
  const positions = keyPositions(command, request);
  const keys = positions.map((position) => request.key(position));
  const [first, ...others] = groupByRoute(client, keys);
  if (first === undefined || others.length > 0) throw new CommandError(replies.crossSlot);
  if (first.raw !== undefined) return forward(client, command, first.raw, positions, keys);
  if (storesBusy(client)) return false;
  client.endRun();
  const operations = positions.map((position) => ({
    kind: 'set' as const,
    key: request.key(position),
    value: request.value(position + 1),
    ifAbsent: true,
  }));
  const written = first.route.store.transact(operations).then(
    () => 1,
    (error: unknown) => {
      if (isMismatch(error)) return 0;
      throw error;
    },
  );
  client.answerLater(written, 'exclusive');
  return true;
};

export const splitCommands: Record<string, DoorCommand> = {
  mget,
  mset,
  msetnx,
  del: counted(deleteAll),
  unlink: counted(deleteAll),
  exists: counted(countAll),
  touch: counted(countAll),
};
