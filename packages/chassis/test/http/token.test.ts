import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bearerToken, isSameSecret } from '../../src/http/token.ts';

test('a secret is the same as itself and as nothing else', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (given, secret) => isSameSecret(given, secret) === (given === secret)),
  );
  expect(isSameSecret(undefined, 'secret')).toBe(false);
  expect(isSameSecret(['secret'], 'secret')).toBe(false);
});

test.each([
  ['Bearer abc', 'abc'],
  ['bearer  abc ', 'abc'],
  ['Basic abc', undefined],
  ['Bearer', undefined],
  ['Bearer a b', undefined],
  [undefined, undefined],
])('the token of %o is %o', (header, token) => {
  expect(bearerToken(header)).toBe(token);
});
