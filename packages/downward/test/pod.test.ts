import { once } from 'node:events';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { expect, it, onTestFinished } from 'vitest';
import { readPod } from '../src/pod.ts';
import { writeVolume } from '../src/simulate.ts';

it('tells the names, labels and annotations of the Pod, and when they change', async () => {
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

it('has no labels where there is no volume', async () => {
  const pod = await readPod({ directory: '/nowhere' });
  onTestFinished(() => pod.close());
  expect([pod.labels, pod.files]).toEqual([{}, {}]);
});
