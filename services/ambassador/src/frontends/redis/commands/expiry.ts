import { maxInteger64, minInteger64 } from '../../../store/integer.ts';
import type { Entry, Key, Store } from '../../../store/store.ts';
import { updateEntry } from '../../../store/write.ts';
import { errorReplies, invalidExpire } from './errors.ts';
import { readInteger64 } from './numbers.ts';
import { CommandError } from './reply.ts';
import { answerFrom, type KeyCommand, type RequestView } from './request.ts';

type ExpiryCondition = { nx: boolean; xx: boolean; gt: boolean; lt: boolean };

const expire =
  (command: string, scale: bigint, relative: boolean): KeyCommand =>
  async (store, request) => {
    const condition = parseExpiryCondition(request);
    const at = readInteger64(request.text(2)) * scale + (relative ? BigInt(Date.now()) : 0n);
    if (at > maxInteger64 || at < minInteger64) throw new CommandError(invalidExpire(command));
    const key = request.key(1);
    const bare = !Object.values(condition).includes(true);
    const done = bare ? await setExpiry(store, key, Number(at)) : await setExpiryIf(store, key, Number(at), condition);
    return done ? 1 : 0;
  };

const setExpiry = (store: Store, key: Key, at: number): Promise<boolean> =>
  at <= Date.now() ? store.delete(key) : store.touch(key, at);

/** The condition depends on the expiry, so the entry must still be the one that was read. */
async function setExpiryIf(store: Store, key: Key, at: number, condition: ExpiryCondition): Promise<boolean> {
  let isApplied = false;
  await updateEntry(store, key, (entry) => {
    isApplied = entry !== undefined && isAllowed(condition, entry, at);
    if (!isApplied) return 'keep';
    return at <= Date.now() ? 'delete' : { expiresAt: at };
  });
  return isApplied;
}

function parseExpiryCondition(request: RequestView): ExpiryCondition {
  const condition: ExpiryCondition = { nx: false, xx: false, gt: false, lt: false };
  for (let index = 3; index < request.count; index += 1) {
    const word = request.word(index);
    if (!Object.hasOwn(condition, word)) throw new CommandError(`ERR Unsupported option ${request.text(index)}`);
    condition[word as keyof ExpiryCondition] = true;
  }
  const { nx, xx, gt, lt } = condition;
  if (nx && (xx || gt || lt)) throw new CommandError(errorReplies.ttlOptions);
  if (gt && lt) throw new CommandError(errorReplies.ttlGtLt);
  return condition;
}

/** A key without expiry counts as one that never expires. */
function isAllowed({ nx, xx, gt, lt }: ExpiryCondition, { expiresAt }: Entry, at: number): boolean {
  if (nx && expiresAt !== undefined) return false;
  if (xx && expiresAt === undefined) return false;
  if (gt && at <= (expiresAt ?? Infinity)) return false;
  return !lt || at < (expiresAt ?? Infinity);
}

const remaining =
  (answer: (expiresAt: number) => number): KeyCommand =>
  (store, request) =>
    answerFrom(store, request.key(1), (entry) => {
      if (entry === undefined) return -2;
      return entry.expiresAt === undefined ? -1 : answer(entry.expiresAt);
    });

const persist: KeyCommand = async (store, request) => {
  const key = request.key(1);
  const entry = await store.get(key, { consistency: 'strong' });
  if (entry?.expiresAt === undefined) return 0;
  return (await store.touch(key, null)) ? 1 : 0;
};

export const expiryCommands: Record<string, KeyCommand> = {
  expire: expire('expire', 1000n, true),
  pexpire: expire('pexpire', 1n, true),
  expireat: expire('expireat', 1000n, false),
  pexpireat: expire('pexpireat', 1n, false),
  ttl: remaining((at) => Math.floor((Math.max(0, at - Date.now()) + 500) / 1000)),
  pttl: remaining((at) => Math.max(0, at - Date.now())),
  expiretime: remaining((at) => Math.floor((at + 500) / 1000)),
  pexpiretime: remaining((at) => at),
  persist,
};

/** How the options EX, PX, EXAT and PXAT become milliseconds since the epoch. */
const units: Record<string, { scale: bigint; relative: boolean }> = {
  ex: { scale: 1000n, relative: true },
  px: { scale: 1n, relative: true },
  exat: { scale: 1000n, relative: false },
  pxat: { scale: 1n, relative: false },
};

export const isExpiryWord = (word: string): boolean => Object.hasOwn(units, word);

/** The time that `EX 10` and the like mean. A time that is not positive, or too large, is refused as in Redis. */
export function parseExpiry(command: string, word: string, text: string): number {
  const amount = readInteger64(text);
  const unit = units[word];
  if (unit === undefined) throw new CommandError(errorReplies.syntax);
  const at = amount * unit.scale + (unit.relative ? BigInt(Date.now()) : 0n);
  if (amount <= 0n || at > maxInteger64) throw new CommandError(invalidExpire(command));
  return Number(at);
}

export type SetWords = { expiresAt?: number; keepTtl: boolean; absent: boolean; present: boolean; get: boolean };

/** The options after `SET key value`. As in Redis, a wrong word is reported before a wrong time. */
export function parseSetWords(request: RequestView): SetWords {
  const words: SetWords = { keepTtl: false, absent: false, present: false, get: false };
  let expiry: [word: string, text: string] | undefined;
  for (let index = 3; index < request.count; index += 1) {
    const word = request.word(index);
    const timed = expiry !== undefined || words.keepTtl;
    if (word === 'nx' && !words.present) words.absent = true;
    else if (word === 'xx' && !words.absent) words.present = true;
    else if (word === 'get') words.get = true;
    else if (word === 'keepttl' && expiry === undefined) words.keepTtl = true;
    else if (isExpiryWord(word) && !timed && index + 1 < request.count) {
      expiry = [word, request.text(index + 1)];
      index += 1;
    } else throw new CommandError(errorReplies.syntax);
  }
  if (expiry !== undefined) words.expiresAt = parseExpiry('set', ...expiry);
  return words;
}
