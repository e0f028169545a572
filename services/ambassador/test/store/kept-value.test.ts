import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keepValue, keptToBytes } from '../../src/store/kept-value.ts';

test('values of any bytes and lengths come back as they were', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000, size: 'max' }), (bytes) => {
      expect(keptToBytes(keepValue(Buffer.from(bytes)))).toEqual(Buffer.from(bytes));
    }),
  );
});

test.each([3, 5000])('a value of %i bytes does not keep the network buffer that it came in', (length) => {
  const network = Buffer.alloc(64 * 1024, 'x');
  const kept = keepValue(network.subarray(0, length));
  network.fill('y');
  expect(keptToBytes(kept).toString()).toBe('x'.repeat(length));
});
