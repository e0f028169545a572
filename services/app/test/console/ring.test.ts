import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Ring } from '../../src/lifecycle/ring.ts';

test('a ring keeps the last entries, however many and however old', () => {
  const steps = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 300 });
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 500 }), (gaps, size, maxAge) => {
      const ring = new Ring<{ at: number }>({ size, maxAge });
      const all: { at: number }[] = [];
      for (const gap of gaps) {
        all.push({ at: (all.at(-1)?.at ?? 0) + gap });
        ring.push(all[all.length - 1] ?? { at: 0 });
      }
      const newest = all.at(-1)?.at ?? 0;
      expect(ring.items).toEqual(all.slice(-size).filter(({ at }) => at >= newest - maxAge));
    }),
  );
});
