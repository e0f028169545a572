/**
 * Run `work` one call at a time. Calls that come while it runs share one further run, so that the last state is never
 * missed; each call's promise is that of the run that began after it.
 */
export function coalesced(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  return () => {
    next ??= running.then(() => {
      next = undefined;
      const done = work();
      running = done.catch(() => undefined);
      return done;
    });
    return next;
  };
}
