import { once } from 'node:events';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { expect, onTestFinished, test } from 'vitest';
import { readPod } from '../src/pod.ts';
import { writeVolume } from '../src/simulate.ts';

test('tells the names, labels and annotations of the Pod, and when they change', async () => {
  const directory = tempDir();
  await writeVolume(directory, { labels: 'color="green"', annotations: 'a="b"' });
  const pod = await readPod({ directory, env: { POD_NAME: 'app-0', NODE_NAME: 'node1' } });
  onTestFinished(() => pod.close());
  expect([pod.name, pod.node, pod.namespace]).toEqual(['app-0', 'node1', undefined]);
  expect([pod.labels, pod.annotations]).toEqual([{ color: 'green' }, { a: 'b' }]);
  const changed = once(pod, 'change');
  await writeVolume(directory, { labels: 'color="blue"' });
  await changed;
  expect(pod.labels).toEqual({ color: 'blue' });
});

test('has no labels where there is no volume', async () => {
  const pod = await readPod({ directory: '/nowhere' });
  onTestFinished(() => pod.close());
  expect([pod.labels, pod.files]).toEqual([{}, {}]);
});

test('names what it cannot read, keeps the rest, and reads it again as soon as it can', async () => {
  const directory = tempDir();
  await writeVolume(directory, { labels: 'color="green"', annotations: 'a="b"' });
  const pod = await readPod({ directory, poll: 10 });
  onTestFinished(() => pod.close());
  const file = join(directory, '..data', 'labels');
  rmSync(file);
  mkdirSync(file);
  symlinkSync('nowhere', join(file, 'color'));
  await pod.refresh();
  expect(pod).toMatchObject({
    labels: {},
    annotations: { a: 'b' },
    unreadable: [{ path: 'labels/color', code: 'ENOENT' }],
  });
  await writeVolume(directory, { labels: 'color="blue"' });
  await waitFor('the labels to be read again', () => pod.labels['color'] === 'blue');
  expect(pod.unreadable).toEqual([]);
});

test('joins many requests for a read into one', async () => {
  const directory = tempDir();
  await writeVolume(directory, { labels: 'color="green"' });
  const pod = await readPod({ directory });
  onTestFinished(() => pod.close());
  let changes = 0;
  pod.on('change', () => (changes += 1));
  await writeVolume(directory, { labels: 'color="blue"' });
  await Promise.all(Array.from({ length: 100 }, () => pod.refresh()));
  expect([changes, pod.labels]).toEqual([1, { color: 'blue' }]);
});
