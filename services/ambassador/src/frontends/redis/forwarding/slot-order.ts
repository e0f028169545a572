import type { ForwardingConnection } from '../upstream/forwarding-connection.ts';

type Place = { at: ForwardingConnection | undefined; count: number };

/**
 * Keeps one client's requests of a slot in order while slots move: while some are under way, others of the slot may use
 * the same connection only, and after a redirect none until all are answered.
 */
export class SlotOrder {
  readonly #places = new Map<number, Place>();

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
