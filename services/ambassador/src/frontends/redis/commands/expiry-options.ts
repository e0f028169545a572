import { CommandError } from './answer.ts';
import { invalidExpire, replies } from './errors.ts';
import { integer64 } from './numbers.ts';
import type { RequestView } from './request.ts';

/** How the words EX, PX, EXAT and PXAT become milliseconds since the epoch. */
const units: Record<string, { scale: bigint; relative: boolean }> = {
  ex: { scale: 1000n, relative: true },
  px: { scale: 1n, relative: true },
  exat: { scale: 1000n, relative: false },
  pxat: { scale: 1n, relative: false },
};

export const isExpiryWord = (word: string): boolean => Object.hasOwn(units, word);

/** The time that `EX 10` and its like name. A time that is not positive, or too large, is refused as in Redis. */
export function parseExpiry(command: string, word: string, text: string): number {
  const amount = integer64(text);
  const unit = units[word];
  if (unit === undefined) throw new CommandError(replies.syntax);
  const at = amount * unit.scale + (unit.relative ? BigInt(Date.now()) : 0n);
  if (amount <= 0n || at > 2n ** 63n - 1n) throw new CommandError(invalidExpire(command));
  return Number(at);
}

export type SetWords = { expiresAt?: number; keepTtl: boolean; absent: boolean; present: boolean; get: boolean };

/** The words behind `SET key value`. As in Redis, a wrong word is reported before a wrong time. */
export function setWords(request: RequestView): SetWords {
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
    } else throw new CommandError(replies.syntax);
  }
  if (expiry !== undefined) words.expiresAt = parseExpiry('set', ...expiry);
  return words;
}
