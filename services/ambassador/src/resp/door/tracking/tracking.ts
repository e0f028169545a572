import type { Key } from '../../../engine/store.ts';
import { ReplyWriter } from '../../codec/reply-writer.ts';
import type { Client, Touched, Tracked } from '../client.ts';
import type { Invalidations } from './invalidations.ts';

/** What CLIENT TRACKING ON was asked for. */
export type TrackingMode = {
  broadcast: boolean;
  /** Only what is read after CLIENT CACHING YES, or all but what is read after CLIENT CACHING NO. */
  only: 'optin' | 'optout' | undefined;
  noLoop: boolean;
  /** The connection that is told instead of this one; 0: this one. */
  redirect: number;
};

/** The channel on which a RESP2 connection reads invalidations of another. */
export const invalidateChannel = '__redis__:invalidate';

/**
 * CLIENT TRACKING of one connection. What it is told goes out behind all replies that it still awaits, so that it never
 * caches a reply after the invalidation of it.
 */
export class Tracking implements Tracked {
  readonly mode: TrackingMode;
  /** In broadcasting mode, what the keys begin with; none: all keys. */
  readonly prefixes = new Set<Key>();
  /** Keys that it is to be told of, once. */
  readonly keys = new Set<Key>();
  /** CLIENT CACHING was said for the next command. */
  caching = false;
  /** The connection that it redirects to is gone. */
  broken = false;
  readonly #client: Client;
  readonly #all: Invalidations;

  constructor(client: Client, all: Invalidations, mode: TrackingMode) {
    this.#client = client;
    this.#all = all;
    this.mode = mode;
  }

  touched({ read, written }: Touched): void {
    this.#client.endRun();
    const { broadcast, only, noLoop } = this.mode;
    const remembers = only === undefined ? !broadcast : this.caching === (only === 'optin');
    for (const key of remembers || broadcast ? read : []) {
      // What changes without a word must not be cached.
      if (!this.#all.hears(key)) this.tell([key]);
      else if (remembers) this.#all.remember(key, this);
    }
    // A client reads its own writes: the invalidation comes right behind the reply.
    for (const key of written) if (this.#all.forget(key, this) && !noLoop) this.tell([key]);
  }

  /** The next command begins. */
  afterCommand(): void {
    this.caching = false;
  }

  /** In broadcasting mode it is told of all keys under its prefixes, a message for each prefix, as Redis does. */
  broadcast(keys: readonly Key[]): void {
    if (!this.mode.broadcast) return;
    for (const prefix of this.prefixes.size === 0 ? [''] : this.prefixes) {
      const covered = keys.filter((key) => key.startsWith(prefix));
      if (covered.length > 0) this.tell(covered);
    }
  }

  /** Tell the client, or the one that it redirects to, that these keys changed; null: any may have. */
  tell(keys: readonly Key[] | null): void {
    const { session, door } = this.#client;
    const { redirect } = this.mode;
    const target = redirect === 0 ? this.#client : door.client(redirect);
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
