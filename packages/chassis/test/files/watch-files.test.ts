import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { watchFiles } from '../../src/files/watch-files.ts';
import { tempDir } from '../../testing/temp-dir.ts';
import { waitFor } from '../../testing/wait-for.ts';

/** Watch one file and count how often it was said to have changed, once the watcher has seen the start. */
async function counted(path: string): Promise<() => number> {
  let changes = 0;
  let checked = false;
  const stop = watchFiles([path], () => (changes += 1), { poll: 50, onCheck: () => (checked = true) });
  onTestFinished(stop);
  await waitFor('the first check', () => checked);
  return () => changes;
}

test('sees each swap of the ..data link by which a kubelet updates a volume', async () => {
  const volume = tempDir();
  const publish = (generation: string) => {
    mkdirSync(join(volume, generation));
    writeFileSync(join(volume, generation, 'token'), generation);
    symlinkSync(generation, join(volume, '..data_tmp'));
    renameSync(join(volume, '..data_tmp'), join(volume, '..data'));
  };
  publish('..1');
  symlinkSync('..data/token', join(volume, 'token'));
  const changes = await counted(join(volume, 'token'));
  for (const [index, generation] of ['..2', '..3', '..4'].entries()) {
    publish(generation);
    await waitFor(`change ${index + 1}`, () => changes() === index + 1);
  }
});

test('sees a file that appears in a directory that was not there', async () => {
  const path = join(tempDir(), 'later', 'config.yaml');
  const changes = await counted(path);
  mkdirSync(join(path, '..'));
  writeFileSync(path, 'a: 1');
  await waitFor('the file to be noticed', () => changes() === 1);
  expect(changes()).toBe(1);
});
