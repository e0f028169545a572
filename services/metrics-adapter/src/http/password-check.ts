import { createHash } from 'node:crypto';
import { PodkitError } from '@podkit/chassis/errors';
import { compare } from 'bcryptjs';
import { BulkheadRejectedError, bulkhead } from 'cockatiel';

/** Compared for unknown users, so that the time of a response doesn't reveal which users exist. */
const unknownUserHash = '$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi';
/** Cached results: bcrypt is slow on purpose, and a scraper sends its password with each request. */
const maxCached = 100;
/** Comparisons that may wait for the one that runs. */
const maxWaitingChecks = 16;

/** Checks passwords against bcrypt hashes. One comparison runs at a time, so guesses can't exhaust the processor. */
export class PasswordCheck {
  readonly #bulkhead = bulkhead(1, maxWaitingChecks);
  readonly #results = new Map<string, boolean>();

  /** @throws {PodkitError} ERR_OVERLOADED if too many requests wait */
  async matches(users: ReadonlyMap<string, string>, user: string, password: string): Promise<boolean> {
    const hash = users.get(user);
    const key = createHash('sha256')
      .update(JSON.stringify([user, hash, password]))
      .digest('base64');
    const known = this.#results.get(key);
    if (known !== undefined) return known;
    const result = (await this.#compare(password, hash ?? unknownUserHash)) && hash !== undefined;
    const [oldest] = this.#results.keys();
    if (this.#results.size >= maxCached && oldest !== undefined) this.#results.delete(oldest);
    this.#results.set(key, result);
    return result;
  }

  async #compare(password: string, hash: string): Promise<boolean> {
    try {
      return await this.#bulkhead.execute(() => compare(password, hash));
    } catch (cause) {
      if (!(cause instanceof BulkheadRejectedError)) throw cause;
      throw new PodkitError('ERR_OVERLOADED', 'too many passwords at the same time; try again', { cause });
    }
  }
}
