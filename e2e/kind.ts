import { join } from 'node:path';
import { imageNames, localImage, registry } from '../tools/image-set.ts';
import { withManifests } from './manifests.ts';
import { attempt, type RunOptions, run } from './run.ts';

/** `npm run kind`: create a kind cluster, build and load the images, apply the suite and wait for it. `npm run kind:down`: delete
 * the cluster. */
const root = join(import.meta.dirname, '..');
const cluster = 'podkit';
const context = ['--context', `kind-${cluster}`];
const rollout = ['rollout', 'status', '--timeout=300s'];

for (const tool of ['docker', 'kind', 'kubectl']) {
  const { code } = await attempt('which', [tool]);
  if (code === 0) continue;
  console.error(`npm run kind needs docker, kind (https://kind.sigs.k8s.io) and kubectl; ${tool} is not on the PATH.`);
  process.exit(2);
}
await (process.argv[2] === 'down' ? down() : up());

async function up(): Promise<void> {
  const clusters = (await run('kind', ['get', 'clusters'])).split('\n');
  if (clusters.includes(cluster)) console.log(`The cluster ${cluster} exists already.`);
  else await step('Create the cluster', 'kind', ['create', 'cluster', '--config', 'k8s/kind.yaml', '--wait', '120s']);
  await step('Build the images', 'docker', ['buildx', 'bake', '--load']);
  const tags = await tagByContent();
  const names = [...tags].map(([name, tag]) => `${registry}/${name}:${tag}`);
  await step('Load the images', 'kind', ['load', 'docker-image', '--name', cluster, ...names]);
  await step('Create the passwords, unless they exist', join(root, 'k8s', 'create-secret'), context);
  const image = (name: string) => ({ newName: `${registry}/${name}`, newTag: tags.get(name) ?? 'dev' });
  await withManifests(image, (folder) =>
    step('Apply the suite', 'kubectl', [...context, 'apply', '-k', join(folder, 'k8s/overlays/kind')]),
  );
  for (const set of ['git-server', 'redis', 'postgres', 'podkit'])
    await step(`Wait for ${set}`, 'kubectl', [...context, '-n', 'podkit', ...rollout, `statefulset/${set}`]);
  console.log('The suite is at http://localhost:8080/ and its console at http://localhost:8081/console/');
}

/** Tag each image with its content's hash, so that only Pods with changed code are replaced. Returns image to tag. */
async function tagByContent(): Promise<Map<string, string>> {
  const tags = new Map<string, string>();
  for (const name of imageNames) {
    const id = await run('docker', ['image', 'inspect', '--format', '{{.Id}}', localImage(name)]);
    const tag = id.trim().replace('sha256:', '').slice(0, 12);
    await run('docker', ['tag', localImage(name), `${registry}/${name}:${tag}`]);
    tags.set(name, tag);
  }
  return tags;
}

async function down(): Promise<void> {
  await step('Delete the cluster', 'kind', ['delete', 'cluster', '--name', cluster]);
}

async function step(what: string, command: string, args: string[]): Promise<void> {
  console.log(`${what}: ${command} ${args.join(' ')}`);
  const options: RunOptions = { cwd: root, timeout: 1_200_000 };
  await run(command, args, options);
}
