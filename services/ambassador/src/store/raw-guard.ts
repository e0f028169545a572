/** Decides whether work may be given to a backend: operations of a store, and commands that go past it as raw frames. */
export interface RawGuard {
  /**
   * Whether one of them may begin now. False: `wake` is called when it is worth asking again for this `waiter`.
   *
   * @throws {StoreError} where it is refused
   */
  ready(waiter: object, wake: () => void): boolean;
  /** One begins; only right after `ready` was true. */
  enter(): void;
  /** `count` of them have ended; `answered` says whether the backend answered. */
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

/**
 * Do some work as soon as the guard lets it pass. `isResponse` says whether a failure is a response of the backend.
 *
 * @throws {StoreError} where the guard refuses it, and whatever the work throws
 */
export async function passGuard<T>(
  guard: RawGuard,
  work: () => Promise<T>,
  isResponse: (failure: unknown) => boolean = () => false,
): Promise<T> {
  const waiter = {};
  for (;;) {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (guard.ready(waiter, resolve)) break;
    await promise;
  }
  guard.enter();
  try {
    const result = await work();
    guard.leave(1, true);
    return result;
  } catch (error) {
    guard.leave(1, isResponse(error));
    throw error;
  }
}
