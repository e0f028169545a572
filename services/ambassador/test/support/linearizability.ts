/** One operation on one register: when it began and ended, and what it wrote or read. An unfinished one never ended. */
export type Event =
  | { kind: 'write'; value: number; began: number; ended: number }
  | { kind: 'read'; value: number; began: number; ended: number };

/**
 * Whether there is an order of the operations, each at one instant between its begin and its end, in which every read
 * gives what the last write before it wrote (0 at first): Wing and Gong's search, with what was tried remembered.
 */
export function isLinearizable(events: readonly Event[]): boolean {
  const seen = new Set<string>();
  const search = (open: readonly Event[], value: number): boolean => {
    if (open.every(({ ended }) => ended === Number.POSITIVE_INFINITY)) return true;
    const state = `${value}:${open.map(({ began }) => began).join(',')}`;
    if (seen.has(state)) return false;
    seen.add(state);
    // Only what began before everything else ended can come first.
    const firstEnd = open.reduce((least, { ended }) => Math.min(least, ended), Number.POSITIVE_INFINITY);
    return open.some((event) => {
      if (event.began > firstEnd || (event.kind === 'read' && event.value !== value)) return false;
      const rest = open.filter((other) => other !== event);
      return search(rest, event.kind === 'write' ? event.value : value);
    });
  };
  return search(
    [...events].toSorted((left, right) => left.began - right.began),
    0,
  );
}
