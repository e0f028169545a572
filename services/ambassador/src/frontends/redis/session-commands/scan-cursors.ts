import type { Built } from '../../../store/built.ts';
import { errorReplies } from '../commands/errors.ts';
import { CommandError } from '../commands/reply.ts';

/** Maximum number of cursors that are remembered. */
const maxKept = 10_000;

/** Where a SCAN goes on: in the first of these routes, at the cursor that its store gave. */
export type ScanPlace = { routes: readonly Built[]; cursor: string | undefined };

/**
 * The cursors of SCANs under way. Clients want a number as cursor and stores give any text, so the endpoint remembers
 * what a number stands for; the oldest are forgotten first.
 */
export class ScanCursors {
  readonly #places = new Map<string, ScanPlace>();
  #last = 0;

  /** The number to answer for a place. */
  keep(place: ScanPlace): string {
    this.#last += 1;
    this.#places.set(String(this.#last), place);
    this.#places.delete(String(this.#last - maxKept));
    return String(this.#last);
  }

  /** @throws {CommandError} for a number that was never given, or is forgotten */
  resume(cursor: string, routes: readonly Built[]): ScanPlace {
    if (cursor === '0') return { routes, cursor: undefined };
    const place = this.#places.get(cursor);
    if (place === undefined) throw new CommandError(errorReplies.invalidCursor);
    return place;
  }
}
