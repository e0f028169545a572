import type { Built } from '../../../store/built.ts';
import type { Key } from '../../../store/store.ts';
import { errorReplies } from '../commands/errors.ts';
import { CommandError } from '../commands/reply.ts';
import type { KeyCommand } from '../commands/request.ts';
import { commonSlot } from '../forwarding/slots.ts';
import type { Touched } from '../tracking/tracking.ts';
import type { ForwardingConnection } from '../upstream/forwarding-connection.ts';

/** A command that waits for EXEC. */
export type Queued = {
  name: string;
  /** The request, as it goes to a Redis. */
  frame: Buffer;
  /** Keys that it reads and that it may change. */
  touched: Touched;
  /** How a store serves it. */
  onStore: KeyCommand | undefined;
  /** Answered here wherever the transaction runs: it is about this connection. */
  own: boolean;
};

const maxBytes = 64 * 1024 * 1024;

/** What a client has watched and queued, from WATCH or MULTI to EXEC or DISCARD. */
export class Transaction {
  /** True from MULTI on. */
  open = false;
  /** A command was refused, so EXEC must refuse the transaction. */
  failed = false;
  /** Where all its keys live; the first key decides. */
  route: Built | undefined;
  readonly queued: Queued[] = [];
  /** WATCH belongs to a connection, so from there to EXEC it is the client's own. */
  watching: ForwardingConnection | undefined;
  /** Etags as they were at WATCH, where the keys live in memory. */
  readonly watched = new Map<Key, string | undefined>();
  #bytes = 0;

  /** In a cluster, the slot of all its keys. */
  slot: number | undefined;

  get written(): Key[] {
    return this.queued.flatMap(({ touched }) => touched.written);
  }

  /** @throws {CommandError} CROSSSLOT where the keys live elsewhere than those before */
  take(route: Built, key: Key): void {
    const slot = route.raw && commonSlot(route.raw, [key]);
    this.slot ??= slot;
    this.route ??= route;
    if (this.route !== route || this.slot !== slot) throw new CommandError(errorReplies.crossSlot);
  }

  /** @throws {CommandError} where it would hold too much memory */
  grow(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > maxBytes) throw new CommandError('ERR the transaction is too large');
  }

  close(): void {
    this.watching?.close('the transaction is over');
    this.watching = undefined;
  }
}
