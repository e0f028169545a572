import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allSettings } from '../src/config/all-settings.ts';
import { parseGoInt } from '../src/config/go-values.ts';
import { manualText, usageText } from '../src/config/help.ts';
import { loadOptions } from '../src/config/load.ts';
import { readRepositories } from '../src/config/repositories.ts';
import { runGitSync } from './fixtures/run.ts';

const load = (argv: string[] = [], env: Record<string, string> = {}) => loadOptions(env, argv);
const caughtName = (run: () => unknown) => {
  try {
    run();
    return '';
  } catch (error) {
    return (error as Error).name;
  }
};
const file = (text: string) => {
  const path = join(tempDir(), 'repositories.yaml');
  writeFileSync(path, text);
  return load([`--config-file=${path}`, '--ref=next']).options;
};

describe('the command line is read as pflag reads it', () => {
  test.each([
    [['--depth=3'], 3],
    [['--depth', '3'], 3],
    [['--depth=0x10'], 16],
    [['--depth=1', '--depth=2'], 2],
    [['--', '--depth=3'], 1],
  ])('%j gives depth %d', (argv, depth) => {
    expect(load(argv).options.depth).toBe(depth);
  });

  test.each([[['-v6']], [['-v', '6']], [['-v=6']], [['--verbose=6']], [['--v=6']]])('%j sets the verbosity', (argv) => {
    expect(load(argv).options.verbose).toBe(6);
  });

  test('takes the value of an on/off flag only after an equals sign', () => {
    expect(load(['--one-time', 'false']).options.oneTime).toBe(true);
    expect(load(['--one-time=false']).options.oneTime).toBe(false);
  });

  test.each([
    [['--bogus'], 'unknown flag: --bogus'],
    [['--dept=3'], 'unknown flag: --dept'],
    [['-x'], "unknown shorthand flag: 'x'"],
    [['--repo'], 'flag needs an argument: --repo'],
    [['--period=10'], '--period'],
    [['--one-time=maybe'], '--one-time'],
    [['--credential={'], '--credential'],
  ])('%j is refused with exit code 2 and the name of the flag', async (argv, words) => {
    const { code, text } = await runGitSync(argv);
    expect([code, text]).toEqual([2, expect.stringContaining(words)]);
  });

  test('reads whole numbers in every base that Go does', () => {
    fc.assert(
      fc.property(fc.integer(), (n) => {
        const sign = n < 0 ? '-' : '';
        const digits = Math.abs(n);
        for (const [mark, base] of [
          ['', 10],
          ['0x', 16],
          ['0o', 8],
          ['0', 8],
          ['0b', 2],
        ] as const)
          expect(parseGoInt(`${sign}${mark}${digits.toString(base)}`)).toBe(n === 0 ? 0 : n);
      }),
    );
    for (const text of ['', '1.5', '0x', '09', '1__0', 'ten', '9'.repeat(20)])
      expect(() => parseGoInt(text)).toThrow(/whole number|range/);
  });

  test('throws nothing but its own errors, whatever the words are', () => {
    const word = fc.oneof(fc.string(), fc.constantFrom('--repo', '-v', '--one-time=', '--', '-?'));
    fc.assert(
      fc.property(fc.array(word), (argv) => {
        expect(['', 'UsageError', 'ConfigError']).toContain(caughtName(() => load(argv)));
      }),
    );
  });
});

describe('variables', () => {
  test('lose against flags', () => {
    expect(load(['--ref=flag'], { GITSYNC_REF: 'env' }).options.ref).toBe('flag');
  });

  test('of version 3 are read, win over the new names, and lead to a warning', () => {
    const { options, warnings } = load([], { GIT_SYNC_ROOT: '/old', GITSYNC_ROOT: '/new' });
    expect(options.root).toBe('/old');
    expect(warnings.join()).toContain('GIT_SYNC_ROOT');
  });

  test('give several SSH keys separated by colons', () => {
    expect(load([], { GITSYNC_SSH_KEY_FILE: '/a:/b' }).options.sshKeyFile).toEqual(['/a', '/b']);
  });

  test('with a value of the wrong kind end the program with exit code 1', async () => {
    const { code, text } = await runGitSync(['--repo=/x', '--root=/y'], { env: { GITSYNC_DEPTH: 'deep' } });
    expect([code, text]).toEqual([1, expect.stringContaining('GITSYNC_DEPTH')]);
  });

  test('that are misspelled lead to a warning with the nearest name', () => {
    expect(load([], { GITSYNC_PEROID: '5s' }).warnings.join()).toContain('did you mean GITSYNC_PERIOD?');
  });
});

describe('flags of version 3', () => {
  test('are translated', () => {
    const { options } = load(['--branch=b', '--wait=1.5', '--timeout=7', '--dest=d', '--max-sync-failures=3', '--ssh']);
    expect(options).toMatchObject({ ref: 'b', period: 1500, syncTimeout: 7000, link: 'd', maxFailures: 3 });
  });

  test('--branch and --rev together are refused, except for HEAD', () => {
    expect(load(['--branch=b', '--rev=HEAD']).options.ref).toBe('b');
    expect(() => load(['--branch=b', '--rev=abc'])).toThrow('--rev');
  });

  test('--change-permissions is refused', () => {
    expect(() => load(['--change-permissions=0777'])).toThrow('--group-write');
  });
});

describe('a file with several repositories', () => {
  test('gives each its own settings, and the flags for the rest', async () => {
    const named = await readRepositories(
      file(
        'repositories:\n- {name: a, repo: /a, root: /x/a, depth: 0}\n- {name: b, repo: /b, root: /x/b, ref: main}\n',
      ),
    );
    expect(named.map(({ name, options }) => [name, options.ref, options.depth])).toEqual([
      ['a', 'next', 0],
      ['b', 'main', 1],
    ]);
  });

  test.each([
    ['repositories: []', 'at least one'],
    [
      'repositories: [{name: a, repo: /a, root: /r}, {name: a, repo: /b, root: /s}]',
      'two repositories have the name a',
    ],
    [
      'repositories: [{name: a, repo: /a, root: /r}, {name: b, repo: /b, root: /r}]',
      'two repositories have the root /r',
    ],
    [
      'repositories: [{name: a, repo: /a, root: /r, link: /x}, {name: b, repo: /b, root: /s, link: ../x}]',
      'two repositories publish at /x',
    ],
    [
      'repositories: [{name: a, repo: /a/site, root: /r}, {name: b, repo: /b, root: /r/site}]',
      'a repository publishes at /r/site, the root of another',
    ],
    ['repositories: [{name: a, repo: /a, root: /r, http-bind: ":1"}]', 'http-bind: no such setting'],
    ['repositories: [{name: a/b, repo: /a, root: /r}]', 'repositories[0].name: must consist of letters'],
    ['repositories: [{repo: /a, root: /r}]', 'repositories[0].name: must be set'],
    ['repositories: [{name: a, repo: /a, root: /r, depth: x}]', 'depth'],
    ['{', 'repositories.yaml:1:'],
  ])('%s is refused', async (text, words) => {
    await expect(readRepositories(file(text))).rejects.toThrow(words);
  });
});

describe('help', () => {
  test.each([['--help'], ['-h'], ['-?'], ['--man'], ['--version']])(
    '%s goes to stdout with exit code 0',
    async (flag) => {
      const { code, text } = await runGitSync([flag]);
      expect([code, text]).toEqual([0, expect.stringMatching(/./)]);
    },
  );

  test('shows every flag and every variable, and no current value', async () => {
    for (const { flag, env } of allSettings) {
      expect(usageText()).toContain(flag);
      expect(manualText()).toContain(env);
    }
    const { text } = await runGitSync(['--bogus'], {
      env: { GITSYNC_PASSWORD: 'hunter22', GITSYNC_REPO: 'https://u:hunter22@x/' },
    });
    expect(text).not.toContain('hunter22');
  });
});
