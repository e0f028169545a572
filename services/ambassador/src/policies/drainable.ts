import { setTimeout as sleep } from 'node:timers/promises';
import { type Around, intercept } from '../store/intercept.ts';
import type { Store } from '../store/store.ts';

/** Milliseconds that a close waits for operations. */
const timeout = 10_000;

/** The store with `around` around its operations, whose close first waits for those that were begun. */
export function drainable(inner: Store, around: Around): Store {
  let inFlight = 0;
  let idle: (() => void) | undefined;
  const counted = intercept(
    inner,
    async (operation, run) => {
      inFlight += 1;
      try {
        return await around(operation, run);
      } finally {
        inFlight -= 1;
        if (inFlight === 0) idle?.();
      }
    },
    { keepPeek: true, pings: false },
  );
  return {
    ...counted,
    close: async () => {
      const done = new Promise<void>((resolve) => {
        idle = resolve;
      });
      if (inFlight > 0) await Promise.race([done, sleep(timeout, undefined, { ref: false })]);
      await inner.close();
    },
  };
}
