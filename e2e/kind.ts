import { join } from 'node:path';
import { attempt, type RunOptions, run } from './run.ts';

/** `npm run kind`: create, build, load, apply, wait. `npm run kind:down`: take the cluster away with all that is in it. */
const root = join(import.meta.dirname, '..');
const cluster = 'podkit';
const context = ['--context', `kind-${cluster}`];
const rollout = ['rollout', 'status', '--timeout=300s'];
const images = ['app', 'git-sync', 'git-server', 'ambassador', 'metrics-adapter', 'downward-reader'];

for (const tool of ['docker', 'kind', 'kubectl']) {
  const { code } = await attempt('which', [tool]);
  if (code === 0) continue;
  console.error(
    `npm run kind needs docker, kind (https://kind.sigs.k8s.io) and kubectl; there is no ${tool} on the PATH.`,
  );
  process.exit(2);
}
await (process.argv[2] === 'down' ? down() : up());

async function up(): Promise<void> {
  const clusters = (await run('kind', ['get', 'clusters'])).split('\n');
  if (clusters.includes(cluster)) console.log(`The cluster ${cluster} is there already.`);
  else await step('Create the cluster', 'kind', ['create', 'cluster', '--config', 'k8s/kind.yaml', '--wait', '120s']);
  await step('Build the images', 'docker', ['buildx', 'bake', '--load']);
  const names = images.map((name) => `podkit/${name}:${process.env.npm_package_version ?? '0.1.0'}`);
  await step('Load them', 'kind', ['load', 'docker-image', '--name', cluster, ...names]);
  await step('Apply the suite', 'kubectl', [...context, 'apply', '-k', 'k8s/overlays/kind']);
  for (const set of ['git-server', 'redis', 'postgres', 'podkit'])
    await step(`Wait for ${set}`, 'kubectl', [...context, '-n', 'podkit', ...rollout, `statefulset/${set}`]);
  console.log('The suite is at http://localhost:8080/ and its console at http://localhost:8080/console');
}

async function down(): Promise<void> {
  await step('Delete the cluster', 'kind', ['delete', 'cluster', '--name', cluster]);
}

async function step(what: string, command: string, args: string[]): Promise<void> {
  console.log(`${what}: ${command} ${args.join(' ')}`);
  const options: RunOptions = { cwd: root, timeout: 1_200_000 };
  await run(command, args, options);
}
