import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeFileAtomic } from '../../src/files/atomic-file.ts';
import { tempDir } from '../../testing/temp-dir.ts';

test('replaces the content and leaves no temporary file', async () => {
  const folder = tempDir();
  await writeFileAtomic(join(folder, 'a'), 'one', { mode: 0o600 });
  await writeFileAtomic(join(folder, 'a'), 'two', { mode: 0o600, durable: true });
  expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('two');
  expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['a']);
});

test('leaves nothing behind when it fails', async () => {
  const folder = tempDir();
  await expect(writeFileAtomic(join(folder, 'missing', 'a'), 'one')).rejects.toThrow('ENOENT');
  expect(readdirSync(folder)).toEqual([]);
});
