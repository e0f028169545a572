import { expect, test } from 'vitest';
import { createdSecret } from './manifests/secret.ts';

const decodeData = ({ data = {} }: { data?: Record<string, string> }) =>
  new Map(Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64').toString()]));

test('every password is random, and new each time', async () => {
  const one = decodeData((await createdSecret()).secret);
  const other = decodeData((await createdSecret()).secret);
  expect([...one.keys()].toSorted()).toEqual([
    'chaos-token',
    'hook-token',
    'internal-token',
    'postgres-password',
    'push-password',
    'redis-password',
    'redis-users.acl',
  ]);
  expect(new Set([...one.values(), ...other.values()]).size).toBe(14);
  const passwords = [...one].filter(([key]) => key !== 'redis-users.acl');
  for (const [, text] of passwords) expect(text).toMatch(/^[A-Za-z0-9]{24,32}$/);
});

test('Redis and the ambassador have the same password', async () => {
  const texts = decodeData((await createdSecret()).secret);
  expect(texts.get('redis-users.acl')).toBe(`user default on >${texts.get('redis-password')} ~* &* +@all\n`);
});

test('no password is on the command line of kubectl', async () => {
  const { words, secret } = await createdSecret();
  const all = words.join(' ');
  expect([...decodeData(secret).values()].filter((text) => all.includes(text.trim()))).toEqual([]);
});
