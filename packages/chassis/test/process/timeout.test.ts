import { once } from 'node:events';
import { expect, test } from 'vitest';
import { TimeoutError, withTimeout } from '../../src/process/timeout.ts';

test('work that ends in time gives its result, and its signal aborts then', async () => {
  let seen: AbortSignal | undefined;
  const result = await withTimeout('the work', 60_000, (signal) => {
    seen = signal;
    return 42;
  });
  expect([result, seen?.aborted]).toEqual([42, true]);
});

test('work that does not end is given up with its name and the time, and its signal aborts', async () => {
  let ended: Promise<unknown> | undefined;
  const waiting = withTimeout('the lookup', 5, (signal) => {
    ended = once(signal, 'abort');
    return new Promise(() => undefined);
  });
  await expect(waiting).rejects.toEqual(new TimeoutError('the lookup', 5));
  await ended;
});

test('an error of the work comes through as it is', async () => {
  await expect(withTimeout('the work', 60_000, () => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
});
