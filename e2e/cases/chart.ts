import { root } from '../../tools/doc-commands.ts';
import { runBlocks } from '../../tools/run-blocks.ts';
import { namespace, pods, rolledOut } from '../app-client.ts';
import type { Case } from '../case.ts';
import { attempt, kubectl } from '../run.ts';
import type { Images } from './disruptions/upgrade.ts';
import { blocksThatNeed, suitePages } from './pages.ts';
import { keepNote, servePage } from './suite.ts';

/** Install the Helm chart with the commands of its README. It needs helm. */
export const chartCases = (images: Images): Case[] => [
  { name: 'chart is installed, serves the site and is uninstalled', run: () => install(images) },
];

async function install({ registry, tag }: Images): Promise<string> {
  const values = `--set image.registry=${registry},image.tag=${tag}`;
  const rewrite = (commands: string) => commands.replace(/^helm install .*$/m, `$& ${values}`);
  try {
    await runBlocks(blocksThatNeed(suitePages.chart, 'cluster'), { cwd: root, timeout: 300_000, rewrite });
    await rolledOut();
    return `${(await pods()).length} Pods ready, ${await servePage()}, a note ${await keepNote()}`;
  } finally {
    await attempt('helm', ['uninstall', 'podkit', '--namespace', namespace, '--wait']);
    await kubectl('delete', 'namespace', namespace, '--ignore-not-found', '--timeout=300s');
  }
}
