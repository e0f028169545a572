import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDataKey } from '../../src/http/data-key.ts';

const prefix = '/api/pods/self/data/';

test('a key is read as it was encoded, whatever characters it has', () => {
  const key = fc
    .string({ unit: 'binary', minLength: 1, maxLength: 200 })
    .filter((text) => Buffer.byteLength(text) <= 1024);
  fc.assert(
    fc.property(key, (text) => {
      expect(parseDataKey(`${prefix}${encodeURIComponent(text)}?query`)).toEqual({ key: text });
    }),
  );
});

test('a key is never treated as a path, and an invalid one is reported', () => {
  expect(parseDataKey(`${prefix}..`)).toEqual({ key: '..' });
  expect(parseDataKey('/api/%70ods/%30/data/a//../b')).toEqual({ key: 'a//../b' });
  expect(parseDataKey(prefix)).toEqual({ error: 'the key is empty' });
  expect(parseDataKey(`${prefix}%ff`)).toEqual({ error: 'the key is not percent-encoded UTF-8' });
  expect(parseDataKey(`${prefix}${'k'.repeat(1025)}`)).toEqual({ error: 'the key is longer than 1024 bytes' });
});
