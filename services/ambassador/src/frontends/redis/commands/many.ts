import type { Entry, Key, Store } from '../../../store/store.ts';
import { StoreError } from '../../../store/store-error.ts';
import { asCommandError, isMismatch, wrongArguments } from './errors.ts';
import { CommandError, ok, type Reply } from './reply.ts';
import type { KeyCommand, RequestView } from './request.ts';

/** Keys and their values of MSET and MSETNX; a key that is named twice has its last value. */
export function readPairs(command: string, request: RequestView): { key: Key; value: Buffer }[] {
  if (request.count % 2 === 0) throw new CommandError(wrongArguments(command));
  const pairs = new Map<Key, Buffer>();
  for (let index = 1; index < request.count; index += 2) pairs.set(request.key(index), request.value(index + 1));
  return [...pairs].map(([key, value]) => ({ key, value }));
}

const argumentKeys = (request: RequestView): Key[] =>
  Array.from({ length: request.count - 1 }, (_, index) => request.key(index + 1));

/** The values in the keys' order; a key that can't be read has its error in its place. */
export async function readMany(store: Store, keys: readonly Key[]): Promise<Reply[]> {
  return (await store.getMany(keys)).map(toReply);
}

/** MGET answers null for a value that is no string, as in Redis. */
function toReply(result: Entry | undefined | StoreError): Reply {
  if (result instanceof StoreError) return result.code === 'ERR_WRONG_TYPE' ? null : asCommandError(result);
  return result?.value ?? null;
}

/** How many of the keys there were. */
export async function deleteMany(store: Store, keys: readonly Key[]): Promise<number> {
  const results = await store.writeMany([...new Set(keys)].map((key) => ({ kind: 'delete', key })));
  for (const result of results) if (result instanceof StoreError) throw result;
  return results.filter((result) => 'deleted' in result && result.deleted).length;
}

/** How many of the keys there are; one that is named twice counts twice. */
export async function countMany(store: Store, keys: readonly Key[]): Promise<number> {
  const results = await store.getMany(keys);
  return results.filter((result) => {
    if (result instanceof StoreError && result.code !== 'ERR_WRONG_TYPE') throw result;
    return result !== undefined;
  }).length;
}

/** Write all; the first failure is thrown, after the others were tried. */
export async function setMany(store: Store, pairs: readonly { key: Key; value: Buffer }[]): Promise<void> {
  const results = await store.writeMany(pairs.map((pair) => ({ kind: 'set', ...pair })));
  for (const result of results) if (result instanceof StoreError) throw result;
}

/** MSETNX on one store: 1 if all were written, 0 if a key was there already. */
export async function setIfAllAbsent(store: Store, request: RequestView): Promise<0 | 1> {
  const pairs = readPairs('msetnx', request);
  try {
    await store.transact(pairs.map((pair) => ({ kind: 'set', ...pair, ifAbsent: true })));
    return 1;
  } catch (error) {
    if (isMismatch(error)) return 0;
    throw error;
  }
}

/** Commands on several keys of one store. */
export const manyCommands: Record<string, KeyCommand> = {
  mget: (store, request) => readMany(store, argumentKeys(request)),
  mset: async (store, request) => {
    await setMany(store, readPairs('mset', request));
    return ok;
  },
  msetnx: setIfAllAbsent,
  del: (store, request) => deleteMany(store, argumentKeys(request)),
  unlink: (store, request) => deleteMany(store, argumentKeys(request)),
  exists: (store, request) => countMany(store, argumentKeys(request)),
  touch: (store, request) => countMany(store, argumentKeys(request)),
};
