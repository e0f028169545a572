import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseGitConfigList } from '../src/config/git-config-list.ts';
import { gitConfigFile } from '../src/git/config-text.ts';

test.each([
  ['', []],
  ['a.b:c', [['a.b', 'c']]],
  ['a.b:', [['a.b', '']]],
  ['a.b:c,', [['a.b', 'c']]],
  [
    'a.b:c, d.e:f',
    [
      ['a.b', 'c'],
      ['d.e', 'f'],
    ],
  ],
  ['a.b:c:d', [['a.b', 'c:d']]],
  ['"url.https://x/.insteadOf":"y, z"', [['url.https://x/.insteadOf', 'y, z']]],
  ['a.b:"c,d"', [['a.b', 'c,d']]],
  [String.raw`a.b:c\,d\n\t\"\\`, [['a.b', 'c,d\n\t"\\']]],
])('%j is taken apart', (text, pairs) => {
  expect(parseGitConfigList(text)).toEqual(pairs.map(([key, value]) => ({ key, value })));
});

test.each(['a', 'a:b', '"a.b', 'a.b:"c', 'a.b:"c"d', String.raw`a.b:\x`, ':x', '"a.b"c:d', 'a.b\nc:d'])(
  '%j is refused without repeating the value',
  (text) => {
    expect(() => parseGitConfigList(text)).toThrow(expect.objectContaining({ code: 'ERR_GIT_CONFIG' }));
  },
);

test('writes what git reads back, whatever the values contain', () => {
  const path = join(tempDir(), 'config');
  const key = fc.constantFrom('a.b', 'credential.https://h/p "x".helper', 'url.a\\b.insteadOf', 'x.y.z-1');
  const value = fc.string().map((text) => text.replaceAll(/[\0\r\b]/g, ''));
  fc.assert(
    fc.property(fc.array(fc.record({ key, value }), { minLength: 1, maxLength: 4 }), (entries) => {
      writeFileSync(path, gitConfigFile(entries));
      const listed = execFileSync('git', ['config', '--file', path, '--list', '-z'], { encoding: 'utf8' });
      const read = listed
        .split('\0')
        .slice(0, -1)
        .map((entry) => entry.slice(entry.indexOf('\n') + 1));
      expect(read).toEqual(entries.map((entry) => entry.value));
    }),
    { numRuns: 40 },
  );
});
