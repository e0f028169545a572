import { createHash } from 'node:crypto';
import { describeError } from '@podkit/chassis/errors';
import { Redis } from 'ioredis';
import {
  type AnsweredBy,
  type Condition,
  invalidCursor,
  type KeyPage,
  type NoteStore,
  preconditionFailed,
  type Stored,
  unavailable,
} from './note-store.ts';

export type RedisStoreOptions = { url: string; timeout: number };

const cursorPattern = /^\d{1,20}$/;

/**
 * Notes as plain Redis strings, in any server of the Redis protocol. The ETag is a hash of the value, and a conditional
 * write is WATCH, GET and MULTI, which every such server knows.
 */
export class RedisStore implements NoteStore {
  readonly name = 'redis';
  readonly #redis: Redis;
  /** WATCH belongs to a connection, so conditional writes use this one, one after the other. */
  readonly #watching: Redis;
  #turn: Promise<unknown> = Promise.resolve();

  constructor({ url, timeout }: RedisStoreOptions) {
    const options = {
      lazyConnect: true,
      commandTimeout: timeout,
      connectTimeout: timeout,
      maxRetriesPerRequest: 1,
      retryStrategy: (attempt: number) => Math.min(50 * 2 ** attempt, 2000),
    };
    this.#redis = new Redis(url, options);
    this.#watching = new Redis(url, options);
    // Errors reach callers through their commands; without a listener they would be printed.
    for (const redis of [this.#redis, this.#watching]) redis.on('error', () => undefined);
  }

  async get(key: string): Promise<Stored | undefined> {
    const value = await orUnavailable(this.#redis.get(key));
    return value === null ? undefined : { value, etag: hashEtag(value), answeredBy: {} };
  }

  async put(key: string, value: string, condition: Condition): Promise<AnsweredBy> {
    if (condition.kind === 'none') await orUnavailable(this.#redis.set(key, value));
    else if (condition.kind === 'match')
      await this.#whenMatching(key, condition.etag, (multi) => multi.set(key, value));
    else if ((await orUnavailable(this.#redis.set(key, value, 'NX'))) === null) throw preconditionFailed(key);
    return {};
  }

  async delete(key: string, condition: Condition): Promise<AnsweredBy> {
    if (condition.kind === 'match') await this.#whenMatching(key, condition.etag, (multi) => multi.del(key));
    else await orUnavailable(this.#redis.del(key));
    return {};
  }

  /** In SCAN's order, so a page may be shorter or longer than `limit`, and a key that changes may appear twice. */
  async keys(prefix: string, limit: number, after: string | undefined): Promise<KeyPage> {
    if (after !== undefined && !cursorPattern.test(after)) throw invalidCursor();
    const keys = new Set<string>();
    let cursor = after ?? '0';
    do {
      const pattern = `${prefix.replaceAll(/[*?[\]\\]/g, String.raw`\$&`)}*`;
      const [next, found] = await orUnavailable(this.#redis.scan(cursor, 'MATCH', pattern, 'COUNT', limit));
      for (const key of found) keys.add(key);
      cursor = next;
    } while (cursor !== '0' && keys.size < limit);
    return { keys: [...keys], next: cursor === '0' ? undefined : cursor };
  }

  async ping(): Promise<void> {
    await orUnavailable(this.#redis.ping());
  }

  close(): void {
    this.#redis.disconnect();
    this.#watching.disconnect();
  }

  async #whenMatching(key: string, etag: string, act: (multi: ReturnType<Redis['multi']>) => unknown): Promise<void> {
    const mine = this.#turn.then(async () => {
      await this.#watching.watch(key);
      const value = await this.#watching.get(key);
      if (value === null || hashEtag(value) !== etag) {
        await this.#watching.unwatch();
        return false;
      }
      const multi = this.#watching.multi();
      act(multi);
      return (await multi.exec()) !== null;
    });
    this.#turn = mine.catch(() => undefined);
    if (!(await orUnavailable(mine))) throw preconditionFailed(key);
  }
}

const hashEtag = (value: string): string => createHash('sha256').update(value).digest('base64url').slice(0, 22);

/** The result of a command; its failure as ERR_STORE_UNAVAILABLE. */
async function orUnavailable<T>(command: Promise<T>): Promise<T> {
  try {
    return await command;
  } catch (cause) {
    throw unavailable(`the ambassador's Redis endpoint failed: ${describeError(cause)}`, cause);
  }
}
