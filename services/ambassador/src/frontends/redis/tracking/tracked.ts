import type { Key } from '../../../store/store.ts';

/** The keys that a command reads and those that it may change. */
export type Touched = { read: readonly Key[]; written: readonly Key[] };

/** What CLIENT TRACKING ON was asked for. */
export type TrackingMode = {
  broadcast: boolean;
  /** Only what is read after CLIENT CACHING YES, or all but what is read after CLIENT CACHING NO. */
  only: 'optin' | 'optout' | undefined;
  noLoop: boolean;
  /** The connection that is notified instead of this one; 0: this one. */
  redirect: number;
};

/** CLIENT TRACKING of one connection: what it may keep in a cache of its own. */
export interface Tracked {
  readonly mode: TrackingMode;
  /** In broadcasting mode, what the keys begin with. */
  readonly prefixes: Set<Key>;
  /** Keys whose next change it is notified of, once. */
  readonly keys: Set<Key>;
  /** CLIENT CACHING was sent for the next command. */
  caching: boolean;
  /** The connection that it redirects to is gone. */
  readonly broken: boolean;

  /** It was served a command that touches these keys. */
  touched(keys: Touched): void;
  /** A command is over. */
  afterCommand(): void;
  /** These keys have changed: in broadcasting mode it is notified of all under its prefixes. */
  broadcast(keys: readonly Key[]): void;
  /** Notify the client, or the one that it redirects to, that these keys changed; null: any may have. */
  notify(keys: readonly Key[] | null): void;
  close(): void;
}

/** Which connections are notified of which keys. */
export interface TrackingTable {
  /**
   * From now on a connection is notified.
   *
   * @throws {CommandError} where a store does not report changes
   */
  join(tracked: Tracked): Promise<void>;
  leave(tracked: Tracked): void;
  remember(key: Key, tracked: Tracked): void;
  /** False: it was not to be notified of this key. */
  forget(key: Key, tracked: Tracked): boolean;
  /** Whether a change of this key would be reported. */
  isReported(key: Key): boolean;
}
