import { runBlocks } from '../../tools/run-blocks.ts';
import { ask, askAll, namespace, rolledOut, scaleTo, until } from '../app-client.ts';
import { expect } from '../case.ts';
import { kubectl } from '../run.ts';
import { blocksThatNeed, suitePages } from './pages.ts';

const keys = Array.from({ length: 30 }, (_, index) => `key-${index}`);

/** Scale the suite down and up. Each Pod must get its keys back, which are on its own volume. */
export async function scaling(folder: string): Promise<string> {
  await runBlocks(blocksThatNeed(suitePages.scaling, 'cluster').slice(0, 1), { cwd: folder, timeout: 300_000 });
  await rolledOut();
  await scaleTo(1);
  await write(0);
  await scaleTo(3);
  for (const pod of [1, 2]) await write(pod);
  for (const replicas of [3, 1, 3]) {
    await scaleTo(replicas);
    for (let pod = 0; pod < replicas; pod += 1)
      await until(`every key of Pod ${pod} with ${replicas} Pods`, async () => (await missing(pod)).length === 0);
  }
  return `${keys.length} keys of each Pod read after each step, ${await claimCount()} claims kept`;
}

async function claimCount(): Promise<number> {
  const names = await kubectl('-n', namespace, 'get', 'pvc', '-o', 'name');
  return names.split('\n').filter((name) => name.includes('podkit')).length;
}

const dataUrl = (pod: number, key: string) => `http://127.0.0.1:8080/api/pods/${pod}/data/${key}`;

async function write(pod: number): Promise<void> {
  for (const key of keys) {
    const { status } = await ask('podkit-0', dataUrl(pod, key), { method: 'PUT', body: `${key} of ${pod}` });
    expect(status < 300, `PUT of ${key} to Pod ${pod} answered ${status}`);
  }
}

/** Read the keys of a Pod through podkit-0, and return those whose value is wrong or missing. */
async function missing(pod: number): Promise<string[]> {
  const responses = await askAll(
    'podkit-0',
    keys.map((key) => dataUrl(pod, key)),
  );
  return keys.filter((key, index) => responses[index]?.status !== 200 || responses[index].body !== `${key} of ${pod}`);
}
