import { findBlocks, type Need, pages } from '../../tools/doc-commands.ts';
import { runBlocks } from '../../tools/run-blocks.ts';
import type { Case } from '../case.ts';

/** Pages whose commands run in a case of the suite. */
export const suitePages = {
  base: 'k8s/README.md',
  chart: 'charts/podkit/README.md',
  scaling: 'docs/scaling.md',
  redisCluster: 'k8s/components/redis-cluster/README.md',
  postgresReplica: 'k8s/components/postgres-replica/README.md',
} as const;
const ofSuite = new Set<string>(Object.values(suitePages));
const isElsewhere = (page: string) => page.startsWith('k8s/patterns/') || ofSuite.has(page);

export const blocksThatNeed = (page: string, need: Need) => findBlocks(page).filter((block) => block.need === need);

/** A case for each page whose commands need Docker or a cluster. `rewrite` may change images and ports, nothing else changes. */
export function pageCases(need: Need, cwd: string, rewrite: (commands: string) => string): Case[] {
  return pages()
    .filter((page) => !isElsewhere(page) && blocksThatNeed(page, need).length > 0)
    .map((page) => ({
      name: `commands of ${page}`,
      run: async () => {
        const lines = await runBlocks(blocksThatNeed(page, need), { cwd, timeout: 300_000, rewrite });
        return `\n${lines.join('\n')}`;
      },
    }));
}
