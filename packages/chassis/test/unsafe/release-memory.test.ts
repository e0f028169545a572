import { expect, test } from 'vitest';
import { releaseMemory } from '../../src/unsafe/release-memory.ts';

test('what nobody holds any more is given back', () => {
  for (let count = 0; count < 100; count += 1) Array.from({ length: 50_000 }, (_, index) => ({ index }));
  const before = process.memoryUsage().heapTotal;
  releaseMemory();
  expect(process.memoryUsage().heapTotal).toBeLessThan(before);
});

test('the collector is not left lying about', () => {
  releaseMemory();
  expect(globalThis.gc).toBeUndefined();
});
