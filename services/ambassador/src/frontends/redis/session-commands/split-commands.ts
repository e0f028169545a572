import { keyToBytes } from '../../../store/key.ts';
import type { RawRoute } from '../../../store/raw-route.ts';
import type { Key, Store } from '../../../store/store.ts';
import type { Client, Command, SessionCommand } from '../client.ts';
import { type Answer, CommandError, ok } from '../commands/answer.ts';
import { asCommandError, replies } from '../commands/errors.ts';
import { keyPositions } from '../commands/key-positions.ts';
import { countMany, deleteMany, manyCommands, readMany, readPairs, writeMany } from '../commands/many.ts';
import { type Group, groupByRoute } from '../dispatch/grouping.ts';
import { ask, checked } from '../forwarding/ask.ts';
import { forward, isCached } from '../forwarding/forward.ts';
import { hashValueRequest } from '../forwarding/hash-value.ts';
import { answerAlone } from './answer-alone.ts';

const requestKeys = ({ request }: Client, command: Command): Key[] => request.keys(keyPositions(command, request));

const storedKeys = ({ keyPrefix }: RawRoute, keys: readonly Key[]): Buffer[] =>
  keys.map((key) => keyToBytes(keyPrefix + key));

/** Pass a request on as it is, where all its keys live in one Redis, and in one slot of a cluster. */
function forwardWhole(client: Client, command: Command, [group, ...others]: readonly Group[]): boolean | undefined {
  if (group?.raw === undefined || others.length > 0) return undefined;
  return forward(client, command, group.raw, keyPositions(command, client.request), group.keys);
}

/** MGET: each route gets one request; a key that can't be read has its error in its place. */
const mget: SessionCommand = (client, command) => {
  if (client.pending.nearWrites > 0) return false;
  return answerAlone(client, () => gather(client, requestKeys(client, command)));
};

async function gather(client: Client, keys: readonly Key[]): Promise<Answer> {
  const answers: Answer[] = keys.map(() => null);
  const readInto = async (group: Group) => {
    const failed = (error: unknown) => group.keys.map(() => asCommandError(error));
    const part = await readGroup(client, group).catch(failed);
    for (const [at, place] of group.places.entries()) answers[place] = part[at] ?? null;
  };
  await Promise.all(groupByRoute(client, keys).map(readInto));
  return answers;
}

async function readGroup(client: Client, { route, raw, slot, keys }: Group): Promise<Answer[]> {
  if (raw === undefined || isCached(client, raw)) return readMany(route.store, keys);
  const stored = storedKeys(raw, keys);
  const [reply] = await ask(client, raw, [['MGET', ...stored]], { slot });
  const answers = checked(reply) as (Buffer | null)[];
  // MGET does not read hashes, in which the Dapr API keeps its values.
  const missing = answers.flatMap((value, place) => (value === null ? [place] : []));
  const hashed = await ask(
    client,
    raw,
    missing.map((place) => hashValueRequest(stored[place] ?? Buffer.alloc(0))),
    { slot },
  );
  for (const [index, place] of missing.entries()) {
    const value = hashed[index];
    if (value instanceof Buffer) answers[place] = value;
  }
  return answers;
}

/** DEL, UNLINK, EXISTS, TOUCH: counted per route and added up. */
const counted =
  (onStore: (store: Store, keys: readonly Key[]) => Promise<number>): SessionCommand =>
  (client, command) => {
    const keys = requestKeys(client, command);
    const groups = groupByRoute(client, keys);
    const whole = forwardWhole(client, command, groups);
    if (whole !== undefined) return whole;
    if (client.pending.nearWrites > 0) return false;
    const count = async ({ route, raw, slot, keys: own }: Group): Promise<number> => {
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
export async function removeKeys(client: Client, raw: RawRoute, { keys, slot }: Group): Promise<void> {
  const [reply] = await ask(client, raw, [['UNLINK', ...storedKeys(raw, keys)]], { slot, written: keys });
  checked(reply);
}

/** MSET: one request per route; not atomic over several, and the first failure is the answer. */
const mset: SessionCommand = (client, command) => {
  const pairs = readPairs(command.name, client.request);
  const groups = groupByRoute(client, requestKeys(client, command));
  const whole = forwardWhole(client, command, groups);
  if (whole !== undefined) return whole;
  const values = new Map(pairs.map(({ key, value }) => [key, value]));
  return answerAlone(client, async () => {
    await Promise.all(groups.map((group) => writeGroup(client, group, values)));
    return ok;
  });
};

async function writeGroup(client: Client, { route, raw, slot, keys }: Group, values: Map<Key, Buffer>): Promise<void> {
  const pairs = [...new Set(keys)].map((key) => ({ key, value: values.get(key) ?? Buffer.alloc(0) }));
  if (raw === undefined) return writeMany(route.store, pairs);
  const words = pairs.flatMap(({ key, value }) => [keyToBytes(raw.keyPrefix + key), value]);
  const [reply] = await ask(client, raw, [['MSET', ...words]], { slot, written: keys });
  checked(reply);
}

/** MSETNX: all or nothing, so all keys must live in one place. */
const msetnx: SessionCommand = (client, command) => {
  readPairs(command.name, client.request);
  const [first, ...others] = groupByRoute(client, requestKeys(client, command));
  if (first === undefined || others.length > 0) throw new CommandError(replies.crossSlot);
  if (first.raw !== undefined)
    return forward(client, command, first.raw, keyPositions(command, client.request), first.keys);
  return answerAlone(client, async () => (await manyCommands.msetnx?.(first.route.store, client.request)) ?? null);
};

export const splitCommands: Record<string, SessionCommand> = {
  mget,
  mset,
  msetnx,
  del: counted(deleteMany),
  unlink: counted(deleteMany),
  exists: counted(countMany),
  touch: counted(countMany),
};
