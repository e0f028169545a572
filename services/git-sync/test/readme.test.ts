import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingsTable } from '@podkit/chassis/config-help';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { expect, it } from 'vitest';
import { legacyFlags } from '../src/options/legacy.ts';
import { prefix, schema } from '../src/options/schema.ts';
import { Remote } from './fixtures/remote.ts';
import { expectDone, spawnGitSync } from './fixtures/run.ts';

const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8');

/** Without the blanks and dashes by which the formatter lines columns up. */
const unaligned = (table: string) =>
  table
    .trim()
    .replaceAll(/ +/g, ' ')
    .replaceAll(/ ?-{3,} ?/g, '---');

it('lists every setting as it is', () => {
  const [, table] = /<!-- settings -->\n([\s\S]*?)\n<!-- \/settings -->/.exec(readme) ?? [];
  expect(unaligned(table ?? '')).toBe(unaligned(settingsTable(schema, prefix)));
});

it('names every flag of version 3', () => {
  for (const { flag } of legacyFlags) expect(readme).toContain(`\`${flag}\``);
});

it('has a quick start that works, shown here with a local repository', async () => {
  const [, flags = ''] = /main\.ts (--repo=\S+ .*)\n/.exec(readme) ?? [];
  const remote = await Remote.create();
  const args = flags.split(' ').map((flag) => {
    if (flag.startsWith('--repo=')) return `--repo=${remote.path}`;
    if (flag.startsWith('--root=')) return `--root=${tempDir()}`;
    return flag === '--ref=master' ? '--ref=main' : flag;
  });
  expect(args).toContain('--one-time');
  expectDone(await spawnGitSync(args));
});
