import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dataKey } from '../../src/http/data-key.ts';

const prefix = '/api/pods/self/data/';

test('a key is read as it was encoded, whatever characters it has', () => {
  const key = fc
    .string({ unit: 'binary', minLength: 1, maxLength: 200 })
    .filter((text) => Buffer.byteLength(text) <= 1024);
  fc.assert(
    fc.property(key, (text) => {
      expect(dataKey(`${prefix}${encodeURIComponent(text)}?query`)).toEqual({ key: text });
    }),
  );
});

test('a key is never looked at as a path, and a bad one is named', () => {
  expect(dataKey(`${prefix}..`)).toEqual({ key: '..' });
  expect(dataKey('/api/%70ods/%30/data/a//../b')).toEqual({ key: 'a//../b' });
  expect(dataKey(prefix)).toEqual({ fault: 'the key is empty' });
  expect(dataKey(`${prefix}%ff`)).toEqual({ fault: 'the key is not percent-encoded UTF-8' });
  expect(dataKey(`${prefix}${'k'.repeat(1025)}`)).toEqual({ fault: 'the key is longer than 1024 bytes' });
});
