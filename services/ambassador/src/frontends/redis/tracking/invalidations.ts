import type { Engine } from '../../../routing/engine.ts';
import type { Changes } from '../../../store/changes.ts';
import type { Key } from '../../../store/store.ts';
import { CommandError } from '../commands/reply.ts';

/** Maximum number of pairs of a key and a connection that are remembered; beyond it the oldest keys are reported as changed. */
const maxRemembered = 1_000_000;

/** A connection that is notified of changes. */
type Tracked = {
  /** Keys whose next change it is notified of, once. */
  readonly keys: Set<Key>;
  /** These keys have changed. */
  broadcast(keys: readonly Key[]): void;
  /** These keys that it has read changed; null: any may have. */
  notify(keys: readonly Key[] | null): void;
};

type Feed = {
  /** Whether every change is reported now. */
  heard: boolean;
  /** Its first report: undefined if it is connected, otherwise the reason. */
  first: Promise<string | undefined>;
  close: () => void;
};

/**
 * Which connections are notified of which keys (CLIENT TRACKING), and what the stores report: a near cache reports
 * what it forgets, a Redis, a PostgreSQL and a memory store what changes.
 */
export class Invalidations {
  readonly #engine: Engine;
  readonly #trackings = new Set<Tracked>();
  readonly #readers = new Map<Key, Set<Tracked>>();
  readonly #feeds = new Map<Changes, Feed>();
  readonly #stopListening: () => void;
  #remembered = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#stopListening = engine.onReload(() => this.#reloaded());
  }

  /**
   * From now on a connection is notified.
   *
   * @throws {CommandError} where a store does not report changes
   */
  async join(tracking: Tracked): Promise<void> {
    this.#trackings.add(tracking);
    try {
      await this.#openFeeds();
    } catch (error) {
      this.leave(tracking);
      throw error;
    }
  }

  leave(tracking: Tracked): void {
    this.#trackings.delete(tracking);
    for (const key of tracking.keys) this.forget(key, tracking);
    if (this.#trackings.size === 0) this.#closeFeeds(() => true);
  }

  remember(key: Key, tracking: Tracked): void {
    if (tracking.keys.has(key)) return;
    let readers = this.#readers.get(key);
    if (readers === undefined) this.#readers.set(key, (readers = new Set()));
    readers.add(tracking);
    tracking.keys.add(key);
    this.#remembered += 1;
    for (const oldest of this.#readers.keys()) {
      if (this.#remembered <= maxRemembered) break;
      this.#notifyReaders(oldest);
    }
  }

  /** Returns false if the connection was not tracking the key. */
  forget(key: Key, tracking: Tracked): boolean {
    if (!tracking.keys.delete(key)) return false;
    this.#remembered -= 1;
    const readers = this.#readers.get(key);
    readers?.delete(tracking);
    if (readers?.size === 0) this.#readers.delete(key);
    return true;
  }

  /** Whether a change of this key would be reported. */
  isReported(key: Key): boolean {
    const { changes } = this.#engine.route(key);
    return changes !== undefined && this.#feeds.get(changes)?.heard === true;
  }

  close(): void {
    this.#stopListening();
    this.#closeFeeds(() => true);
  }

  async #openFeeds(): Promise<void> {
    const opened = this.#engine.routes().map(({ store, changes }) => {
      if (changes === undefined) throw cannotTrack(store.info.name, 'it does not report changes');
      let feed = this.#feeds.get(changes);
      if (feed === undefined) this.#feeds.set(changes, (feed = this.#open(changes)));
      return { name: store.info.name, feed };
    });
    for (const { name, feed } of opened) {
      const reason = await feed.first;
      if (reason !== undefined && !feed.heard) throw cannotTrack(name, reason);
    }
  }

  #open(changes: Changes): Feed {
    const { keyPrefix: prefix, track } = changes;
    const { promise: first, resolve } = Promise.withResolvers<string | undefined>();
    const feed: Feed = { heard: false, first, close: () => undefined };
    const isOfRoute = (key: Key) => this.#engine.route(key).changes === changes;
    const source = track({
      prefix,
      // Later in this turn, since a store may report while the connection that changes it is being served.
      changed: (keys) =>
        queueMicrotask(() => this.#notify(keys?.map((key) => key.slice(prefix.length)).filter(isOfRoute) ?? null)),
      connected: () => {
        feed.heard = true;
        resolve(undefined);
      },
      lost: (reason) => {
        feed.heard = false;
        resolve(reason);
        queueMicrotask(() => this.#notify(null));
      },
    });
    feed.close = () => void source.close();
    return feed;
  }

  #notify(keys: readonly Key[] | null): void {
    if (keys === null) return this.#notifyAll();
    for (const key of keys) this.#notifyReaders(key);
    for (const tracking of this.#trackings) tracking.broadcast(keys);
  }

  #notifyReaders(key: Key): void {
    for (const tracking of this.#readers.get(key) ?? []) {
      this.forget(key, tracking);
      tracking.notify([key]);
    }
  }

  #notifyAll(): void {
    for (const tracking of this.#trackings) {
      for (const key of tracking.keys) this.forget(key, tracking);
      tracking.notify(null);
    }
  }

  #reloaded(): void {
    const current = new Set(this.#engine.routes().map(({ changes }) => changes));
    this.#closeFeeds((changes) => !current.has(changes));
    if (this.#trackings.size === 0) return;
    this.#notifyAll();
    // A key whose changes are no longer reported is invalidated right after each reply.
    this.#openFeeds().catch(() => undefined);
  }

  #closeFeeds(isOver: (changes: Changes) => boolean): void {
    for (const [changes, feed] of this.#feeds) {
      if (!isOver(changes)) continue;
      this.#feeds.delete(changes);
      feed.close();
    }
  }
}

const cannotTrack = (store: string, reason: string): CommandError =>
  new CommandError(`ERR CLIENT TRACKING is not supported: store '${store}': ${reason}`);
