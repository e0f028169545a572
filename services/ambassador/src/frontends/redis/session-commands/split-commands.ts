import { keyToBytes } from '../../../store/key.ts';
import type { RawRoute } from '../../../store/raw-route.ts';
import type { Key, Store } from '../../../store/store.ts';
import type { Client, Command, SessionCommand } from '../client.ts';
import { asCommandError, errorReplies } from '../commands/errors.ts';
import { keyPositions, requestKeys } from '../commands/key-positions.ts';
import { countMany, deleteMany, readMany, readPairs, setIfAllAbsent, setMany } from '../commands/many.ts';
import { CommandError, ok, type Reply } from '../commands/reply.ts';
import { groupByRoute, type KeyGroup } from '../dispatch/grouping.ts';
import { ask, checked } from '../forwarding/ask.ts';
import { forward, isCached } from '../forwarding/forward.ts';
import { hashValueRequest } from '../forwarding/hash-value.ts';
import { answerAlone } from './answer-alone.ts';

const storedKeys = ({ keyPrefix }: RawRoute, keys: readonly Key[]): Buffer[] =>
  keys.map((key) => keyToBytes(keyPrefix + key));

/** Pass a request on as it is, where all its keys live in one Redis, and in one slot of a cluster. */
function forwardWhole(client: Client, command: Command, [group, ...others]: readonly KeyGroup[]): boolean | undefined {
  if (group?.raw === undefined || others.length > 0) return undefined;
  return forward(client, command, group.raw, keyPositions(command, client.request), group.keys);
}

/** MGET: each route gets one request; a key that can't be read has its error in its place. */
const mget: SessionCommand = (client, command) => {
  if (client.pending.nearWrites > 0) return false;
  return answerAlone(client, () => gather(client, requestKeys(command, client.request)));
};

async function gather(client: Client, keys: readonly Key[]): Promise<Reply> {
  const replies: Reply[] = keys.map(() => null);
  const readInto = async (group: KeyGroup) => {
    const failed = (error: unknown) => group.keys.map(() => asCommandError(error));
    const part = await readGroup(client, group).catch(failed);
    for (const [at, place] of group.places.entries()) replies[place] = part[at] ?? null;
  };
  await Promise.all(groupByRoute(client, keys).map(readInto));
  return replies;
}

async function readGroup(client: Client, { route, raw, slot, keys }: KeyGroup): Promise<Reply[]> {
  if (raw === undefined || isCached(client, raw)) return readMany(route.store, keys);
  const stored = storedKeys(raw, keys);
  const [reply] = await ask(client, raw, [['MGET', ...stored]], { slot });
  const replies = checked(reply) as (Buffer | null)[];
  // MGET does not read hashes, in which the Dapr API keeps its values.
  const missing = replies.flatMap((value, place) => (value === null ? [place] : []));
  const hashed = await ask(
    client,
    raw,
    missing.map((place) => hashValueRequest(stored[place] ?? Buffer.alloc(0))),
    { slot },
  );
  for (const [index, place] of missing.entries()) {
    const value = hashed[index];
    if (value instanceof Buffer) replies[place] = value;
  }
  return replies;
}

/** DEL, UNLINK, EXISTS, TOUCH: counted per route and added up. */
const countOverRoutes =
  (onStore: (store: Store, keys: readonly Key[]) => Promise<number>): SessionCommand =>
  (client, command) => {
    const keys = requestKeys(command, client.request);
    const groups = groupByRoute(client, keys);
    const whole = forwardWhole(client, command, groups);
    if (whole !== undefined) return whole;
    if (client.pending.nearWrites > 0) return false;
    const count = async ({ route, raw, slot, keys: own }: KeyGroup): Promise<number> => {
      if (raw === undefined) return onStore(route.store, own);
      const request = [command.name, ...storedKeys(raw, own)];
      const [reply] = await ask(client, raw, [request], { slot, written: command.write ? own : [] });
      return Number(checked(reply));
    };
    return answerAlone(client, async () => {
      const counts = await Promise.all(groups.map(count));
      return counts.reduce((sum, each) => sum + each, 0);
    });
  };

/** Delete the keys of one route. */
export async function removeKeys(client: Client, raw: RawRoute, { keys, slot }: KeyGroup): Promise<void> {
  const [reply] = await ask(client, raw, [['UNLINK', ...storedKeys(raw, keys)]], { slot, written: keys });
  checked(reply);
}

/** MSET: one request per route; not atomic over several, and the first failure is the reply. */
const mset: SessionCommand = (client, command) => {
  const pairs = readPairs(command.name, client.request);
  const groups = groupByRoute(client, requestKeys(command, client.request));
  const whole = forwardWhole(client, command, groups);
  if (whole !== undefined) return whole;
  const values = new Map(pairs.map(({ key, value }) => [key, value]));
  return answerAlone(client, async () => {
    await Promise.all(groups.map((group) => writeGroup(client, group, values)));
    return ok;
  });
};

async function writeGroup(
  client: Client,
  { route, raw, slot, keys }: KeyGroup,
  values: Map<Key, Buffer>,
): Promise<void> {
  const pairs = [...new Set(keys)].map((key) => ({ key, value: values.get(key) ?? Buffer.alloc(0) }));
  if (raw === undefined) return setMany(route.store, pairs);
  const words = pairs.flatMap(({ key, value }) => [keyToBytes(raw.keyPrefix + key), value]);
  const [reply] = await ask(client, raw, [['MSET', ...words]], { slot, written: keys });
  checked(reply);
}

/** MSETNX: all or nothing, so all keys must live in one place. */
const msetnx: SessionCommand = (client, command) => {
  readPairs(command.name, client.request);
  const [first, ...others] = groupByRoute(client, requestKeys(command, client.request));
  if (first === undefined || others.length > 0) throw new CommandError(errorReplies.crossSlot);
  if (first.raw !== undefined)
    return forward(client, command, first.raw, keyPositions(command, client.request), first.keys);
  return answerAlone(client, () => setIfAllAbsent(first.route.store, client.request));
};

export const splitCommands: Record<string, SessionCommand> = {
  mget,
  mset,
  msetnx,
  del: countOverRoutes(deleteMany),
  unlink: countOverRoutes(deleteMany),
  exists: countOverRoutes(countMany),
  touch: countOverRoutes(countMany),
};
