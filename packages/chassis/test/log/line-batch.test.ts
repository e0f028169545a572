import { expect, it, vi } from 'vitest';
import { LineBatch } from '../../src/log/line-batch.ts';

function recording() {
  const calls: string[] = [];
  const destination = {
    write: (text: string) => void calls.push(text),
    flush: (done: () => void) => {
      calls.push('flush');
      done();
    },
    flushSync: () => void calls.push('flushSync'),
  };
  return { calls, batch: new LineBatch(destination) };
}

it('hands lines on together, a moment later and in their order', async () => {
  const { calls, batch } = recording();
  for (const line of ['a\n', 'b\n', 'c\n']) batch.write(line);
  expect(calls).toEqual([]);
  await vi.waitFor(() => expect(calls).toEqual(['a\nb\nc\n']));
  batch.write('d\n');
  await vi.waitFor(() => expect(calls).toEqual(['a\nb\nc\n', 'd\n']));
});

it('hands on what waits before it has the rest flushed, and only once', async () => {
  const { calls, batch } = recording();
  batch.write('a\n');
  batch.flushSync();
  batch.write('b\n');
  await new Promise((resolve) => batch.flush(resolve));
  expect(calls).toEqual(['a\n', 'flushSync', 'b\n', 'flush']);
});
