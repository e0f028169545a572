import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runBlocks } from '../../../tools/run-blocks.ts';
import { namespace, rolledOut } from '../../app-client.ts';
import { expect } from '../../case.ts';
import { kubectl } from '../../run.ts';
import { blocksThatNeed, suitePages } from '../pages.ts';

const overlay = {
  apiVersion: 'kustomize.config.k8s.io/v1beta1',
  kind: 'Kustomization',
  resources: ['../../base'],
  namespace: 'podkit',
  components: ['../../components/autoscaling'],
};

/** Add components/autoscaling to a running base with the commands of docs/scaling.md. The number of Pods must never fall. */
export async function autoscalerTakesOver(folder: string): Promise<string> {
  const here = join(folder, 'k8s', 'overlays', 'mine');
  mkdirSync(here, { recursive: true });
  writeFileSync(join(here, 'kustomization.yaml'), JSON.stringify(overlay));
  const format = String.raw`-o=jsonpath={.spec.replicas}{"\n"}`;
  const watch = spawn('kubectl', ['-n', namespace, 'get', 'statefulset', 'podkit', '--watch', format]);
  let seen = '';
  watch.stdout.on('data', (chunk: Buffer) => (seen += chunk.toString()));
  try {
    await runBlocks(blocksThatNeed(suitePages.scaling, 'cluster').slice(1), { cwd: folder, timeout: 300_000 });
    await rolledOut();
  } finally {
    watch.kill();
    await kubectl('-n', namespace, 'delete', 'hpa', 'podkit', '--ignore-not-found');
  }
  const replicas = seen.trim().split('\n').map(Number);
  expect(replicas.length > 0 && Math.min(...replicas) >= 2, `replicas were ${replicas.join(', ')}`);
  return `replicas meanwhile: ${replicas.join(', ')}`;
}
