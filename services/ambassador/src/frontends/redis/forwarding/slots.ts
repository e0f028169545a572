import type { RawRoute } from '../../../store/raw-route.ts';
import type { Key } from '../../../store/store.ts';
import { errorReplies } from '../commands/errors.ts';
import { CommandError } from '../commands/reply.ts';
import { keySlot } from '../upstream/cluster/key-slot.ts';
import type { ForwardingConnection } from '../upstream/forwarding-connection.ts';

/**
 * The slot that all these keys have; undefined where there are no slots, or no keys.
 *
 * @throws {CommandError} CROSSSLOT where they have several
 */
export function commonSlot({ target, keyPrefix }: RawRoute, keys: readonly Key[]): number | undefined {
  const [first] = keys;
  if (target.topology.mode !== 'cluster' || first === undefined) return undefined;
  const slot = keySlot(keyPrefix + first);
  for (const key of keys) if (keySlot(keyPrefix + key) !== slot) throw new CommandError(errorReplies.crossSlot);
  return slot;
}

type SlotUse = { at: ForwardingConnection | undefined; count: number };

/**
 * Keeps one client's requests of a slot in order while slots move: while some are under way, others of the slot may use
 * the same connection only, and after a redirect none until all are answered.
 */
export class SlotOrder {
  readonly #places = new Map<number, SlotUse>();

  /** Slots with requests under way. */
  get size(): number {
    return this.#places.size;
  }

  /** Whether a request may go over this connection now. */
  mayUse(slot: number, connection: ForwardingConnection): boolean {
    const place = this.#places.get(slot);
    return place === undefined || place.at === connection;
  }

  enter(slot: number, connection: ForwardingConnection): void {
    const place = this.#places.get(slot);
    if (place === undefined) this.#places.set(slot, { at: connection, count: 1 });
    else place.count += 1;
  }

  /** One of them was redirected. */
  redirected(slot: number): void {
    const place = this.#places.get(slot);
    if (place !== undefined) place.at = undefined;
  }

  leave(slot: number): void {
    const place = this.#places.get(slot);
    if (place === undefined) return;
    place.count -= 1;
    if (place.count === 0) this.#places.delete(slot);
  }
}
