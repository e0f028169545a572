import type { Key } from '../../../store/store.ts';
import type { Client } from '../client.ts';
import { ReplyWriter } from '../protocol/reply-writer.ts';
import type { Touched, Tracked, TrackingMode, TrackingTable } from './tracked.ts';

/** The channel on which a RESP2 connection reads invalidations of another. */
export const invalidateChannel = '__redis__:invalidate';

/**
 * CLIENT TRACKING of one connection. Notifications go out after all replies that it still awaits, so that it never
 * caches a reply after its invalidation.
 */
export class Tracking implements Tracked {
  readonly mode: TrackingMode;
  readonly prefixes = new Set<Key>();
  readonly keys = new Set<Key>();
  caching = false;
  broken = false;
  readonly #client: Client;
  readonly #all: TrackingTable;

  constructor(client: Client, all: TrackingTable, mode: TrackingMode) {
    this.#client = client;
    this.#all = all;
    this.mode = mode;
  }

  touched({ read, written }: Touched): void {
    this.#client.endRun();
    const { broadcast, only, noLoop } = this.mode;
    const remembers = only === undefined ? !broadcast : this.caching === (only === 'optin');
    for (const key of remembers || broadcast ? read : []) {
      // A key whose changes are not reported must not be cached.
      if (!this.#all.isReported(key)) this.notify([key]);
      else if (remembers) this.#all.remember(key, this);
    }
    // A client must read its own writes: the invalidation comes right after the reply.
    for (const key of written) if (this.#all.forget(key, this) && !noLoop) this.notify([key]);
  }

  afterCommand(): void {
    this.caching = false;
  }

  /** A message for each prefix, as Redis does. */
  broadcast(keys: readonly Key[]): void {
    if (!this.mode.broadcast) return;
    for (const prefix of this.prefixes) {
      const covered = keys.filter((key) => key.startsWith(prefix));
      if (covered.length > 0) this.notify(covered);
    }
  }

  notify(keys: readonly Key[] | null): void {
    const { session, endpoint } = this.#client;
    const { redirect } = this.mode;
    const target = redirect === 0 ? this.#client : endpoint.client(redirect);
    if (target === undefined) {
      this.broken = true;
      if (session.protocol === 3) this.#client.interject(encoded(3, ['tracking-redir-broken', redirect]));
    } else if (target.session.protocol === 3) target.interject(encoded(3, ['invalidate', keys]));
    else if (redirect !== 0 && target.session.subscriptions > 0)
      target.interject(encoded(2, ['message', invalidateChannel, keys]));
  }

  close(): void {
    this.#all.leave(this);
  }
}

function encoded(protocol: 2 | 3, parts: readonly (string | number | readonly Key[] | null)[]): Buffer {
  const writer = new ReplyWriter();
  writer.protocol = protocol;
  writer.push(parts.length);
  for (const part of parts) {
    if (part === null) writer.nullArray();
    else if (typeof part === 'string') writer.bulk(part);
    else if (typeof part === 'number') writer.integer(part);
    else {
      writer.array(part.length);
      for (const key of part) writer.latin1(key);
    }
  }
  return writer.take();
}
