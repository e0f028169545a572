/** Decides whether commands may go past the store to a Redis, as raw frames: what a policy is for operations. */
export interface RawGuard {
  /**
   * Whether one command may go now. False: `wake` is called when it is worth asking again for this `waiter`.
   *
   * @throws {StoreError} where it is refused
   */
  ready(waiter: object, wake: () => void): boolean;
  /** One command goes; only right after `ready` was true. */
  enter(): void;
  /** So many are over; `answered` says whether the Redis could be heard. */
  leave(count: number, answered: boolean): void;
}

/** Two of them, the outer one asked first. */
export const both = (outer: RawGuard, inner: RawGuard | undefined): RawGuard =>
  inner === undefined
    ? outer
    : {
        ready: (waiter, wake) => outer.ready(waiter, wake) && inner.ready(waiter, wake),
        enter: () => {
          outer.enter();
          inner.enter();
        },
        leave: (count, answered) => {
          inner.leave(count, answered);
          outer.leave(count, answered);
        },
      };
