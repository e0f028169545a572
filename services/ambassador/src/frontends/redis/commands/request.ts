import type { Entry, Key, Store } from '../../../store/store.ts';
import type { RequestParser } from '../protocol/request-parser.ts';
import type { Reply } from './reply.ts';

/** A request as commands see it. Everything is read from the parser's memory, so read it before the first await. */
export class RequestView {
  readonly #parser: RequestParser;

  constructor(parser: RequestParser) {
    this.#parser = parser;
  }

  /** Words of the request, with the command's name. */
  get count(): number {
    return this.#parser.count;
  }

  /** Maximum length of a value in bytes. */
  get maxValue(): number {
    return this.#parser.limits.maxBulk;
  }

  /** Argument `index` as text. */
  text(index: number): string {
    const { buffer, starts, ends } = this.#parser;
    return buffer.toString('utf8', starts[index], ends[index]);
  }

  /** Argument `index` as an option's name. */
  word(index: number): string {
    return this.text(index).toLowerCase();
  }

  /** Argument `index` as a key. */
  key(index: number): Key {
    const { buffer, starts, ends } = this.#parser;
    return buffer.toString('latin1', starts[index], ends[index]);
  }

  /** The keys at these positions. */
  keys(positions: readonly number[]): Key[] {
    return positions.map((position) => this.key(position));
  }

  /** All words of the request, copied. */
  words(): Buffer[] {
    return Array.from({ length: this.count }, (_, index) => this.value(index));
  }

  /** The options from argument `first` on, in lower case. */
  options(first: number): string[] {
    return Array.from({ length: Math.max(0, this.count - first) }, (_, index) => this.word(index + first));
  }

  /** The bytes of argument `index`, borrowed. */
  bytes(index: number): Buffer {
    const { buffer, starts, ends } = this.#parser;
    return buffer.subarray(starts[index], ends[index]);
  }

  /** The bytes of argument `index`, copied. */
  value(index: number): Buffer {
    return Buffer.from(this.bytes(index));
  }
}

/**
 * A command on one key of a store. It reads the request before anything is awaited, and answers at once where a
 * near cache can, so that such commands cost no promise.
 *
 * @throws {CommandError} (or rejects with one, or with a StoreError)
 */
export type KeyCommand = (store: Store, request: RequestView) => Reply | Promise<Reply>;

/** Read an entry and answer with it, at once where the store can. */
export function answerFrom(
  store: Store,
  key: Key,
  toReply: (entry: Entry | undefined) => Reply,
): Reply | Promise<Reply> {
  const known = store.peek?.(key);
  if (known !== undefined) return toReply(known ?? undefined);
  return store.get(key).then(toReply);
}
