import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sitePath } from '../src/site/site-path.ts';

test('the path of a URL never leads out of the site or to a hidden file', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('.', '/', '%', '2', 'e', 'f', '5', 'c', '0', 'a', '\\') }),
      (text) => {
        const path = sitePath(`/${text}`);
        if (path === undefined) return;
        expect(path.split('/').filter((segment) => segment.startsWith('.'))).toEqual([]);
        expect(path).not.toMatch(/^\/|\\|\0/);
      },
    ),
  );
});
