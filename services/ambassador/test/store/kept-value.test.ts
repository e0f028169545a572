import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeptValue } from '../../src/store/kept-value.ts';

test('values of any bytes and lengths come back as they were', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000, size: 'max' }), (bytes) => {
      expect(new KeptValue(Buffer.from(bytes)).value).toEqual(Buffer.from(bytes));
    }),
  );
});

test.each([3, 5000])('a value of %i bytes does not keep the network buffer that it came in', (length) => {
  const network = Buffer.alloc(64 * 1024, 'x');
  const kept = new KeptValue(network.subarray(0, length));
  network.fill('y');
  expect(kept.value.toString()).toBe('x'.repeat(length));
});
