import { describeError } from '@podkit/chassis/errors';
import { withTimeout } from '@podkit/chassis/process/timeout';
import { escapeIdentifier } from 'pg';
import type { ChangeEvents } from '../../store/changes.ts';
import { textToKey } from '../../store/key.ts';
import { Reconnector } from '../../store/reconnector.ts';
import type { FreshClient } from './fresh-client.ts';
import type { PostgresPool } from './pool.ts';

export type ChangeListenerOptions = {
  pool: PostgresPool;
  channel: string;
  /** Resolves when the table and its trigger exist. */
  ready: () => Promise<void> | undefined;
};

/** Milliseconds. */
const heartbeatTimeout = 5000;

/**
 * Reports every change of the keys under a prefix by LISTEN, on a connection of its own. One that is lost, or does not
 * answer a heartbeat, is reported at once and opened again.
 *
 * https://www.postgresql.org/docs/current/sql-notify.html: a notification is delivered once its transaction has
 * committed
 */
export class ChangeListener {
  readonly #options: ChangeListenerOptions;
  readonly #events: ChangeEvents;
  readonly #reconnector: Reconnector;
  #client: FreshClient | undefined;

  constructor(options: ChangeListenerOptions, events: ChangeEvents) {
    this.#options = options;
    this.#events = events;
    this.#reconnector = new Reconnector({
      open: () => void this.#open(),
      check: () => void this.#check(),
      onLost: (reason) => events.lost(reason),
    });
    void this.#open();
  }

  async close(): Promise<void> {
    this.#reconnector.close();
    await this.#client?.end();
  }

  async #open(): Promise<void> {
    const { pool, channel, ready } = this.#options;
    try {
      await ready();
      const client = await pool.dedicated();
      if (this.#reconnector.closed) return;
      this.#client = client;
      client.once('end', () => this.#lost(client, 'the connection was closed'));
      client.on('notification', ({ payload = '' }) => this.#heard(payload));
      await client.connect();
      await client.query(`LISTEN ${escapeIdentifier(channel)}`);
      this.#events.connected();
      this.#reconnector.connected();
    } catch (error) {
      this.#lost(this.#client, describeError(error));
    }
  }

  async #check(): Promise<void> {
    const client = this.#client;
    try {
      await withTimeout('the heartbeat', heartbeatTimeout, async () => client?.query('SELECT 1'));
      if (this.#client === client && client !== undefined && !this.#reconnector.closed) this.#reconnector.connected();
    } catch (error) {
      this.#lost(client, describeError(error));
    }
  }

  #heard(payload: string): void {
    if (payload === '') return this.#events.changed(null);
    const key = textToKey(payload);
    if (key.startsWith(this.#events.prefix)) this.#events.changed([key]);
  }

  #lost(client: FreshClient | undefined, reason: string): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    client?.end().catch(() => undefined);
    this.#reconnector.lost(reason);
  }
}
