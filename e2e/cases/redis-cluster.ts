import { runBlocks } from '../../tools/run-blocks.ts';
import { namespace, until } from '../app-client.ts';
import type { Case } from '../case.ts';
import { sendToRedis, whileWriting } from '../redis-writer.ts';
import { kubectl } from '../run.ts';
import { blocksThatNeed, suitePages } from './pages.ts';

/** The commands of the README. The first block forms the Cluster, the second one scales it. */
const blocks = blocksThatNeed(suitePages.redisCluster, 'cluster');
const masters = [0, 1, 2];
const prefix = 'cache:';

/** The suite with a Redis Cluster in place of its single Redis. */
export const redisClusterCases = (folder: string): Case[] => [
  { name: 'suite writes to a Redis Cluster in place of its Redis', run: () => formCluster(folder) },
  { name: 'suite loses no acknowledged write while each master is deleted', run: deleteMasters },
  {
    name: 'suite loses no acknowledged write when the Cluster scales from three masters to five and back',
    run: () => scaleMasters(folder),
  },
];

async function formCluster(folder: string): Promise<string> {
  await kubectl('-n', namespace, 'delete', 'statefulset,service,pdb,networkpolicy', 'redis', '--ignore-not-found');
  await runBlocks(blocks.slice(0, 1), { cwd: folder, timeout: 600_000 });
  await until('a write to the Cluster', async () => (await sendToRedis('SET cache:formed 1')).startsWith('+OK'));
  return 'six nodes, written through the ambassador';
}

const deleteMasters = () =>
  whileWriting(prefix, async () => {
    for (const ordinal of masters) {
      await kubectl('-n', namespace, 'delete', 'pod', `redis-cluster-${ordinal}`, '--timeout=120s');
      await kubectl('-n', namespace, 'rollout', 'status', 'statefulset/redis-cluster', '--timeout=300s');
    }
  });

const scaleMasters = (folder: string) =>
  whileWriting(prefix, async () => {
    await runBlocks(blocks.slice(1), { cwd: folder, timeout: 600_000 });
  });
