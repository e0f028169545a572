import { messageOf } from '@podkit/chassis/errors';
import { withTimeout } from '@podkit/chassis/process/timeout';
import { escapeIdentifier } from 'pg';
import { keyOfText } from '../../engine/key.ts';
import type { TrackChanges } from '../../engine/near-cache.ts';
import type { FreshClient } from './fresh-client.ts';
import type { PostgresPool } from './pool.ts';

type Events = Parameters<TrackChanges>[0];

export type ChangeListenerOptions = {
  pool: PostgresPool;
  channel: string;
  /** Resolves when the table and its trigger are there. */
  ready: () => Promise<void> | undefined;
};

/** Milliseconds. */
const [firstDelay, longestDelay, heartbeat] = [100, 5000, 5000];

/**
 * Hears of every change of the keys under a prefix by LISTEN, on a connection of its own. One that is lost, or does not
 * answer a heartbeat, is reported at once and opened again.
 *
 * https://www.postgresql.org/docs/current/sql-notify.html: a notification is delivered once its transaction has committed
 */
export class ChangeListener {
  readonly #options: ChangeListenerOptions;
  readonly #events: Events;
  #client: FreshClient | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #closed = false;

  constructor(options: ChangeListenerOptions, events: Events) {
    this.#options = options;
    this.#events = events;
    void this.#open();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#client?.end();
  }

  async #open(): Promise<void> {
    const { pool, channel, ready } = this.#options;
    try {
      await ready();
      const client = await pool.dedicated();
      if (this.#closed) return;
      this.#client = client;
      client.once('end', () => this.#lost(client, 'the connection was closed'));
      client.on('notification', ({ payload = '' }) => this.#heard(payload));
      await client.connect();
      await client.query(`LISTEN ${escapeIdentifier(channel)}`);
      this.#failures = 0;
      this.#events.listening();
      this.#beat(client);
    } catch (error) {
      this.#lost(this.#client, messageOf(error));
    }
  }

  /** A connection that died without a word would let the near cache answer with what is long gone. */
  #beat(client: FreshClient): void {
    this.#timer = setTimeout(() => {
      void this.#checkAlive(client);
    }, heartbeat);
    this.#timer.unref();
  }

  async #checkAlive(client: FreshClient): Promise<void> {
    try {
      await withTimeout('the heartbeat', heartbeat, () => client.query('SELECT 1'));
      if (this.#client === client && !this.#closed) this.#beat(client);
    } catch (error) {
      this.#lost(client, messageOf(error));
    }
  }

  #heard(payload: string): void {
    if (payload === '') return this.#events.changed(null);
    const key = keyOfText(payload);
    if (key.startsWith(this.#events.prefix)) this.#events.changed([key]);
  }

  #lost(client: FreshClient | undefined, reason: string): void {
    if (this.#closed || this.#client !== client) return;
    clearTimeout(this.#timer);
    this.#client = undefined;
    client?.end().catch(() => undefined);
    this.#events.deaf(reason);
    const delay = Math.min(longestDelay, firstDelay * 2 ** this.#failures) * (0.5 + Math.random() / 2);
    this.#failures += 1;
    this.#timer = setTimeout(() => void this.#open(), delay);
    this.#timer.unref();
  }
}
