import { ask, namespace, rolledOut, uid, until, untilReplaced } from '../app-client.ts';
import { expect } from '../case.ts';
import { underLoad } from '../load-pod.ts';
import { kubectl } from '../run.ts';

export function rollingRestart(image: string): Promise<string> {
  return underLoad(image, `http://podkit.${namespace}/`, async () => {
    await kubectl('-n', namespace, 'rollout', 'restart', 'statefulset/podkit');
    await rolledOut();
    return 'every Pod replaced';
  });
}

const strategyPatch = (partitionAt: number) =>
  JSON.stringify({ spec: { updateStrategy: { rollingUpdate: { partition: partitionAt } } } });

export async function partition(): Promise<string> {
  const before = [await uid('podkit-0'), await uid('podkit-2')];
  await kubectl('-n', namespace, 'patch', 'statefulset', 'podkit', `--patch=${strategyPatch(2)}`);
  await kubectl('-n', namespace, 'rollout', 'restart', 'statefulset/podkit');
  await untilReplaced('podkit-2', before[1]);
  await until(
    'podkit-2 to be ready',
    async () => (await ask('podkit-2', 'http://127.0.0.1:8081/readyz')).status === 200,
  );
  expect((await uid('podkit-0')) === before[0], 'podkit-0 was replaced too');
  await kubectl('-n', namespace, 'patch', 'statefulset', 'podkit', `--patch=${strategyPatch(0)}`);
  await rolledOut();
  return 'with partition 2 only podkit-2 was replaced; with partition 0 the others followed';
}
