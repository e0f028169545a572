import type { Entry, SetOptions } from '../../../store/store.ts';
import { updateEntry } from '../../../store/write.ts';
import { errorReplies, isMismatch } from './errors.ts';
import { isExpiryWord, parseExpiry, parseSetWords } from './expiry.ts';
import { readInteger } from './numbers.ts';
import { CommandError, Latin1, ok, type Reply, Status } from './reply.ts';
import { answerFrom, type KeyCommand } from './request.ts';

const empty = Buffer.alloc(0);

function entryValue(entry: Entry | undefined): Reply {
  const text = entry?.text;
  return text === undefined ? (entry?.value ?? null) : new Latin1(text);
}

const get: KeyCommand = (store, request) => answerFrom(store, request.key(1), entryValue);

const set: KeyCommand = async (store, request) => {
  const key = request.key(1);
  const value = request.value(2);
  const words = parseSetWords(request);
  const options: SetOptions = { ifAbsent: words.absent, ifPresent: words.present };
  if (words.keepTtl) options.ttl = 'keep';
  else if (words.expiresAt !== undefined) options.ttl = words.expiresAt - Date.now();
  const past = typeof options.ttl === 'number' && options.ttl <= 0;
  if (words.get || past) {
    let refused = false;
    const old = await updateEntry(store, key, (entry) => {
      refused = words.absent ? entry !== undefined : words.present && entry === undefined;
      if (refused) return 'keep';
      return past ? 'delete' : { value, ttl: options.ttl };
    });
    return words.get ? entryValue(old) : refused ? null : ok;
  }
  try {
    await store.set(key, value, options);
    return ok;
  } catch (error) {
    if (isMismatch(error)) return null;
    throw error;
  }
};

const setnx: KeyCommand = async (store, request) => {
  try {
    await store.set(request.key(1), request.value(2), { ifAbsent: true });
    return 1;
  } catch (error) {
    if (isMismatch(error)) return 0;
    throw error;
  }
};

const setTimed =
  (command: string, word: string): KeyCommand =>
  async (store, request) => {
    const ttl = parseExpiry(command, word, request.text(2)) - Date.now();
    await store.set(request.key(1), request.value(3), { ttl: Math.max(1, ttl) });
    return ok;
  };

const getset: KeyCommand = async (store, request) => {
  const value = request.value(2);
  return entryValue(await updateEntry(store, request.key(1), () => ({ value })));
};

const getdel: KeyCommand = async (store, request) =>
  entryValue(await updateEntry(store, request.key(1), () => 'delete'));

const getex: KeyCommand = (store, request) => {
  const key = request.key(1);
  if (request.count === 2) return get(store, request);
  const word = request.word(2);
  const persist = word === 'persist' && request.count === 3;
  if (!persist && !(isExpiryWord(word) && request.count === 4)) throw new CommandError(errorReplies.syntax);
  const amount = persist ? '' : request.text(3);
  return updateEntry(store, key, (entry) => {
    if (entry === undefined) return 'keep';
    if (persist) return { value: entry.value };
    const expiresAt = parseExpiry('getex', word, amount);
    return expiresAt <= Date.now() ? 'delete' : { value: entry.value, ttl: expiresAt - Date.now() };
  }).then(entryValue);
};

const append: KeyCommand = async (store, request) => {
  const added = request.value(2);
  const { maxValue } = request;
  let length = 0;
  await updateEntry(store, request.key(1), (entry) => {
    const value = Buffer.concat([entry?.value ?? empty, added]);
    if (value.length > maxValue) throw new CommandError(errorReplies.stringTooLong);
    length = value.length;
    return { value, ttl: 'keep' };
  });
  return length;
};

const strlen: KeyCommand = (store, request) => answerFrom(store, request.key(1), (entry) => entry?.value.length ?? 0);

const getrange: KeyCommand = (store, request) => {
  const first = readInteger(request.text(2));
  const last = readInteger(request.text(3));
  return answerFrom(store, request.key(1), (entry) => {
    const value = entry?.value ?? empty;
    const from = Math.max(0, first < 0 ? first + value.length : first);
    const to = last < 0 ? last + value.length : last;
    return value.subarray(from, Math.max(from, to + 1));
  });
};

const setrange: KeyCommand = async (store, request) => {
  const offset = readInteger(request.text(2));
  const piece = request.value(3);
  if (offset < 0) throw new CommandError(errorReplies.offset);
  if (offset + piece.length > request.maxValue) throw new CommandError(errorReplies.stringTooLong);
  let length = 0;
  await updateEntry(store, request.key(1), (entry) => {
    length = entry?.value.length ?? 0;
    if (piece.length === 0) return 'keep';
    const value = Buffer.alloc(Math.max(length, offset + piece.length));
    if (entry !== undefined) value.set(entry.value);
    value.set(piece, offset);
    length = value.length;
    return { value, ttl: 'keep' };
  });
  return length;
};

const type: KeyCommand = (store, request) =>
  answerFrom(store, request.key(1), (entry) => new Status(entry === undefined ? 'none' : 'string'));

export const stringCommands: Record<string, KeyCommand> = {
  get,
  set,
  setnx,
  setex: setTimed('setex', 'ex'),
  psetex: setTimed('psetex', 'px'),
  getset,
  getdel,
  getex,
  append,
  strlen,
  getrange,
  substr: getrange,
  setrange,
  type,
};
