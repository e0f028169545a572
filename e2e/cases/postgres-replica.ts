import { runBlocks } from '../../tools/run-blocks.ts';
import { namespace, until } from '../app-client.ts';
import type { Case } from '../case.ts';
import { sendToRedis, whileWriting } from '../redis-writer.ts';
import { kubectl } from '../run.ts';
import { blocksThatNeed, suitePages } from './pages.ts';

/** The commands of the README. They add a replica to the base's PostgreSQL, promote postgres-1, then promote postgres-0 back. */
const blocks = blocksThatNeed(suitePages.postgresReplica, 'cluster');
const run = (folder: string, from: number, to?: number) =>
  runBlocks(blocks.slice(from, to), { cwd: folder, timeout: 300_000 });
/** No other store has this prefix, so its keys go to PostgreSQL. */
const prefix = 'promoted:';

/** The suite with a PostgreSQL replica. */
export const postgresReplicaCases = (folder: string): Case[] => [
  { name: 'suite keeps its data when PostgreSQL gets a replica', run: () => addReplica(folder) },
  {
    name: 'suite loses no acknowledged write when the replica is promoted',
    run: () => whileWriting(prefix, async () => void (await run(folder, 1, 2))),
  },
  {
    name: 'suite loses no acknowledged write when the primary is killed and the replica is promoted',
    run: () =>
      whileWriting(prefix, async () => {
        await kubectl('-n', namespace, 'delete', 'pod', 'postgres-1', '--force', '--grace-period=0');
        await run(folder, 2);
      }),
  },
];

async function addReplica(folder: string): Promise<string> {
  await until('a key in PostgreSQL', async () => (await sendToRedis('SET kept yes')).startsWith('+OK'));
  await run(folder, 0, 1);
  await until('the key to be read', async () => (await sendToRedis('GET kept')).includes('yes'));
  await until('a write to the primary', async () => (await sendToRedis('SET formed yes')).startsWith('+OK'));
  return 'the data of the base is kept, and new writes are acknowledged';
}
