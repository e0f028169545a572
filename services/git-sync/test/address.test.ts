import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isHttpAddress, parseAddress } from '../src/credentials/address.ts';

/** What Go's `url.Parse` made of each, and the address that upstream keeps: it takes http and https apart only. */
type GoUrl = {
  url: string;
  error?: true;
  scheme?: string;
  host?: string;
  username?: string;
  password?: string;
  bare?: string;
};
const goUrls = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures', 'go-urls.json'), 'utf8')) as GoUrl[];

function ours(text: string) {
  try {
    return parseAddress(text);
  } catch (error) {
    return { refused: (error as { code?: string }).code };
  }
}

test.each(goUrls.filter(({ error, scheme = '' }) => !error && scheme.startsWith('http')))(
  '$url is taken apart as by Go',
  ({ url, username, password, host, scheme, bare }) => {
    expect(ours(url)).toEqual({
      bare,
      scheme,
      host,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
    });
  },
);

test.each([
  ['https://user:50%@host/x', { username: 'user', password: '50%' }],
  ['https://user:%zz@host/x', { username: 'user', password: '%zz' }],
  ['https://user:päss@host/x', { username: 'user', password: 'päss' }],
  ['https://user:a b@host/x', { username: 'user', password: 'a b' }],
  ['https://user:a"b@host/x', { username: 'user', password: 'a"b' }],
])('%s, which Go refuses, is taken as git takes it', (url, expected) => {
  expect(ours(url)).toMatchObject({ ...expected, bare: 'https://host/x' });
});

test.each([
  'https://user:a/b@host/x',
  'https://user:a?b@host/x',
  'https://user:a#b@host/x',
  'https://user:pass@ho st/x',
  'https://host:abc/x',
])('%s is refused without being repeated', (url) => {
  expect(ours(url)).toEqual({ refused: 'ERR_ADDRESS' });
  expect(() => parseAddress(url)).not.toThrow(url);
});

test.each([
  ['ssh://git:pass@host:22/x', 'ssh://git@host:22/x'],
  ['ssh://git@host/x', 'ssh://git@host/x'],
  ['git@host:a/b', 'git@host:a/b'],
  ['/a/b@c', '/a/b@c'],
])('%s keeps its user name and loses its password', (url, bare) => {
  expect(parseAddress(url).bare).toBe(bare);
});

test('any encoded password is decoded, and is in no other part', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (password) => {
      const address = parseAddress(`https://me:${encodeURIComponent(password)}@host/x`);
      expect(address).toMatchObject({ username: 'me', password, bare: 'https://host/x' });
    }),
  );
});

test('any text is parsed or refused, and no http address keeps a user name', () => {
  const texts = fc.oneof(
    fc.string(),
    fc.string().map((rest) => `https://${rest}`),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const address = ours(text);
      const isRefused = 'refused' in address && address.refused === 'ERR_ADDRESS';
      const keepsUser = 'bare' in address && isHttpAddress(address) && /^https?:\/\/[^/?#]*@/.test(address.bare);
      expect([isRefused || 'bare' in address, keepsUser]).toEqual([true, false]);
    }),
  );
});
