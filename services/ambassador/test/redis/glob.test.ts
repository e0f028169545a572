import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeRequest } from '../../src/frontends/redis/protocol/encode-request.ts';
import { compileGlob } from '../../src/store/glob.ts';
import { redisForTests } from '../support/mixed-endpoint.ts';

const shared = redisForTests();

/** Whether the Redis itself finds the key by this pattern. */
async function redisMatches(pattern: string, key: string): Promise<boolean> {
  const { direct } = shared;
  direct.send(...[['FLUSHALL'], ['SET', key, '1'], ['KEYS', pattern]].map((words) => encodeRequest(words)));
  return (await direct.replies(3))[2] !== '*0\r\n';
}

test.each([
  'k[z-a]',
  'k[^a]',
  'k[]',
  'k[',
  'k[a',
  'k[a-',
  'k[\\]]',
  'k[a-]',
  'k[--z]',
  'k[^]',
  '[k]b',
  'k[^^]',
  'k[\\a-b]',
])('the pattern %s matches the keys that it matches in Redis', async (pattern) => {
  for (const key of ['ka', 'kb', 'k]', 'k-', 'k^', 'k', 'k['])
    expect([key, compileGlob(pattern).matches(key)]).toEqual([key, await redisMatches(pattern, key)]);
});

test('any pattern matches as in Redis', async () => {
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '[', ']', '^', '-', '\\'), maxLength: 8 });
  const key = fc.string({ unit: fc.constantFrom('a', 'b', ']', '^', '-'), minLength: 1, maxLength: 4 });
  const property = fc.asyncProperty(pattern, key, async (glob, text) => {
    expect(compileGlob(glob).matches(text)).toBe(await redisMatches(glob, text));
  });
  await fc.assert(property, { numRuns: 500 });
});
