import { describeError } from '@podkit/chassis/errors';
import type { Pool } from 'pg';
import { StoreError } from '../../store/store-error.ts';
import type { Address } from './url.ts';

/** A server that is used now, with its connections. */
export type Server = { address: Address; pool: Pool };

export type ServersOptions = {
  addresses: readonly Address[];
  openPool: (address: Address) => Pool;
  /** Rejects unless the server can be reached and is suitable. */
  check: (pool: Pool) => Promise<void>;
};

/**
 * Which of the servers of a URL is used. If there are several, all are checked at once and the first suitable one is used,
 * until it fails or becomes read-only.
 */
export class Servers {
  readonly #options: ServersOptions;
  #current: Server | undefined;
  #choice: Promise<Server> | undefined;
  #closing = new Set<Promise<void>>();

  constructor(options: ServersOptions) {
    this.#options = options;
  }

  get several(): boolean {
    return this.#options.addresses.length > 1;
  }

  /** @throws {StoreError} ERR_UNAVAILABLE where none is suitable */
  async current(): Promise<Server> {
    if (this.#current !== undefined) return this.#current;
    this.#choice ??= this.#choose().finally(() => {
      this.#choice = undefined;
    });
    this.#current = await this.#choice;
    return this.#current;
  }

  /** Stop using a server: idle connections are closed at once, the others when they are released. The next use chooses again. */
  leave(server: Server): void {
    if (this.#current !== server) return;
    this.#current = undefined;
    this.#end(server);
  }

  async close(): Promise<void> {
    if (this.#current !== undefined) this.leave(this.#current);
    await Promise.all(this.#closing);
  }

  async #choose(): Promise<Server> {
    const { addresses, openPool, check } = this.#options;
    const servers = addresses.map((address) => ({ address, pool: openPool(address) }));
    const [only] = servers;
    if (only !== undefined && !this.several) return only;
    try {
      const chosen = await Promise.any(servers.map((server) => check(server.pool).then(() => server)));
      for (const server of servers) if (server !== chosen) this.#end(server);
      return chosen;
    } catch (cause) {
      for (const server of servers) this.#end(server);
      const reasons =
        cause instanceof AggregateError ? cause.errors.map(describeError).join('; ') : describeError(cause);
      throw new StoreError('ERR_UNAVAILABLE', `no PostgreSQL server of the URL takes writes: ${reasons}`, { cause });
    }
  }

  #end({ pool }: Server): void {
    const ended = pool.end().finally(() => this.#closing.delete(ended));
    this.#closing.add(ended);
  }
}
