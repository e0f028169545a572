import { runBlocks } from '../../tools/run-blocks.ts';
import { namespace, until } from '../app-client.ts';
import type { Case } from '../case.ts';
import { sendToRedis, whileWriting } from '../redis-writer.ts';
import { kubectl } from '../run.ts';
import { blocksThatNeed, suitePages } from './pages.ts';

/** The commands of its README: the base's PostgreSQL gets a replica, postgres-1 is promoted, postgres-0 is promoted back. */
const blocks = blocksThatNeed(suitePages.postgresReplica, 'cluster');
const run = (folder: string, from: number, to?: number) =>
  runBlocks(blocks.slice(from, to), { cwd: folder, timeout: 300_000 });
/** Keys without a prefix of another store go to PostgreSQL. */
const prefix = 'promoted:';

/** The suite with a replica of its PostgreSQL. */
export const postgresReplicaCases = (folder: string): Case[] => [
  { name: 'suite has a replica of its PostgreSQL, and its notes', run: () => addReplica(folder) },
  {
    name: 'suite loses no acknowledged write when the replica is promoted',
    run: () => whileWriting(prefix, async () => void (await run(folder, 1, 2))),
  },
  {
    name: 'suite loses no acknowledged write when the primary is killed and the replica promoted',
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
  await until('that key', async () => (await sendToRedis('GET kept')).includes('yes'));
  await until('a write to it', async () => (await sendToRedis('SET formed yes')).startsWith('+OK'));
  return 'the data of the base is kept, and both have what is written';
}
