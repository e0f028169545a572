import type { Key } from '../../../store/store.ts';
import { encodePush, Latin1, NullArray } from '../commands/reply.ts';
import type { CommandSpec } from '../commands/table.ts';
import type { Session } from '../connection/session.ts';
import type { Invalidations } from './invalidations.ts';

/** The channel on which a RESP2 connection reads invalidations of another. */
export const invalidateChannel = '__redis__:invalidate';

/** What CLIENT TRACKING ON was asked for. */
export type TrackingMode = {
  broadcast: boolean;
  /** Only what is read after CLIENT CACHING YES, or all but what is read after CLIENT CACHING NO. */
  only: 'optin' | 'optout' | undefined;
  noLoop: boolean;
  /** The connection that is notified instead of this one; 0: this one. */
  redirect: number;
};

/** The keys that a command reads and those that it may change. */
export type Touched = { read: readonly Key[]; written: readonly Key[] };

/** The keys that a command touches; a script may both read and change its keys. */
export function touchedBy({ name, write }: Pick<CommandSpec, 'name' | 'write'>, keys: readonly Key[]): Touched {
  const isScript = name.startsWith('eval') || name.startsWith('fcall');
  const reads = name !== 'watch' && (!write || isScript);
  return { read: reads ? keys : [], written: write ? keys : [] };
}

type TrackedClient = { readonly session: Session; endRun(): void; interject(bytes: Buffer): void };
type Endpoint = { readonly clients: ReadonlyMap<number, TrackedClient>; readonly invalidations: Invalidations };

/**
 * CLIENT TRACKING of one connection. Notifications go out after all replies that it still awaits, so that it never
 * caches a reply after its invalidation.
 */
export class Tracking {
  readonly mode: TrackingMode;
  /** In broadcasting mode, what the keys begin with. */
  readonly prefixes = new Set<Key>();
  readonly keys = new Set<Key>();
  /** CLIENT CACHING was sent for the next command. */
  caching = false;
  /** The connection that it redirects to is gone. */
  broken = false;
  readonly #client: TrackedClient;
  readonly #endpoint: Endpoint;

  constructor(client: TrackedClient, endpoint: Endpoint, mode: TrackingMode) {
    this.#client = client;
    this.#endpoint = endpoint;
    this.mode = mode;
  }

  /** It was served a command that touches these keys. */
  touched({ read, written }: Touched): void {
    this.#client.endRun();
    const { invalidations } = this.#endpoint;
    const { broadcast, only, noLoop } = this.mode;
    const remembers = only === undefined ? !broadcast : this.caching === (only === 'optin');
    for (const key of remembers || broadcast ? read : []) {
      // A key whose changes are not reported must not be cached.
      if (!invalidations.isReported(key)) this.notify([key]);
      else if (remembers) invalidations.remember(key, this);
    }
    // A client must read its own writes: the invalidation comes right after the reply.
    for (const key of written) if (invalidations.forget(key, this) && !noLoop) this.notify([key]);
  }

  /** A message for each prefix, as Redis does. */
  broadcast(keys: readonly Key[]): void {
    if (!this.mode.broadcast) return;
    for (const prefix of this.prefixes) {
      const covered = keys.filter((key) => key.startsWith(prefix));
      if (covered.length > 0) this.notify(covered);
    }
  }

  /** Notify the client, or the one that it redirects to, that these keys changed; null: any may have. */
  notify(keys: readonly Key[] | null): void {
    const { redirect } = this.mode;
    const changed = keys === null ? new NullArray() : keys.map((key) => new Latin1(key));
    const target = redirect === 0 ? this.#client : this.#endpoint.clients.get(redirect);
    if (target === undefined) {
      this.broken = true;
      if (this.#client.session.protocol === 3)
        this.#client.interject(encodePush(3, ['tracking-redir-broken', redirect]));
    } else if (target.session.protocol === 3) target.interject(encodePush(3, ['invalidate', changed]));
    else if (redirect !== 0 && target.session.subscriptions > 0)
      target.interject(encodePush(2, ['message', invalidateChannel, changed]));
  }

  close(): void {
    this.#endpoint.invalidations.leave(this);
  }
}
