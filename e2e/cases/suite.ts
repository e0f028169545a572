import { join } from 'node:path';
import { runBlocks } from '../../tools/run-blocks.ts';
import { ask, askAll, get, namespace, pods, rolledOut, scaleTo, until } from '../app-client.ts';
import { type Case, expect } from '../case.ts';
import { underLoad } from '../load-pod.ts';
import { kubectl } from '../run.ts';
import { storeAway } from './degraded.ts';
import { blocksThatNeed, suitePages } from './pages.ts';
import { deleteMasters, formCluster, scaleMasters } from './redis-cluster.ts';
import { deletedWhileWriting, sidecars, stopOrder } from './termination.ts';

const local = 'http://127.0.0.1:8080';
const keys = Array.from({ length: 30 }, (_, index) => `key-${index}`);

/** The whole suite: it comes up, is treated badly, and goes. The cases build on each other. */
export function suiteCases(folder: string, image: string): Case[] {
  const base = join(folder, 'k8s', 'base');
  return [
    { name: 'suite comes up', run: () => comeUp(folder) },
    { name: 'suite serves the synced page', run: servePage },
    { name: 'suite keeps a note through the ambassador', run: keepNote },
    { name: 'suite serves its site while PostgreSQL is away', run: storeAway },
    { name: 'suite starts its sidecars before the app', run: startOrder },
    { name: 'suite loses no request in a rolling restart', run: () => rollingRestart(image) },
    { name: 'suite keeps its keys while it scales 1, 3, 1, 3', run: () => scaling(folder) },
    { name: 'suite loses no acknowledged note or key when a Pod is deleted while writing', run: deletedWhileWriting },
    { name: 'suite stops its sidecars after the app', run: stopOrder },
    { name: 'suite sees a new label without a restart', run: relabel },
    { name: 'suite shows a CPU resize in place', run: resize },
    { name: 'suite takes a new setting without a restart', run: newSetting },
    { name: 'suite rolls out to a partition only', run: partition },
    { name: 'suite has a NetworkPolicy for every Pod', run: networkPolicies },
    { name: 'suite has a Redis Cluster in place of its Redis', run: () => formCluster(folder) },
    { name: 'suite loses no acknowledged write while each master is deleted', run: deleteMasters },
    { name: 'suite keeps its keys from three masters to five and back', run: () => scaleMasters(folder) },
    { name: 'suite goes', run: () => goAway(base) },
  ];
}

async function comeUp(folder: string): Promise<string> {
  await runBlocks(blocksThatNeed(suitePages.base, 'cluster'), { cwd: folder, timeout: 300_000 });
  await rolledOut();
  await until(
    'the app to be ready',
    async () => (await ask('podkit-0', 'http://127.0.0.1:8081/readyz')).status === 200,
  );
  return `${(await pods()).length} Pods ready`;
}

async function servePage(): Promise<string> {
  const { status, body } = await ask('podkit-0', `http://podkit.${namespace}/`);
  expect(status === 200 && body.includes('<'), `/ answered ${status}`);
  return `${body.length} bytes through the Service`;
}

async function keepNote(): Promise<string> {
  // The Pods don't wait for the stores, which start beside them.
  await until('a note to be taken', async () => {
    const { status } = await ask('podkit-0', `${local}/api/notes/e2e`, { method: 'PUT', body: '{"text":"kept"}' });
    return status < 300;
  });
  const other = (await pods()).length > 1 ? 'podkit-1' : 'podkit-0';
  const { body } = await ask(other, `${local}/api/notes/e2e`);
  expect(body.includes('kept'), `GET on ${other} answered ${body}`);
  return `written on podkit-0, read on ${other}`;
}

type Status = {
  name: string;
  state: { running?: { startedAt: string } };
  restartCount: number;
};
type Pod = {
  metadata: { uid: string };
  status: { containerStatuses?: Status[]; initContainerStatuses?: Status[] };
};

async function startOrder(): Promise<string> {
  const pod = await get<Pod>('pod', 'podkit-0');
  const started = [...(pod?.status.initContainerStatuses ?? []), ...(pod?.status.containerStatuses ?? [])]
    .filter(({ name }) => [...sidecars, 'app'].includes(name))
    .map(({ name, state }) => ({ name, at: state.running?.startedAt ?? '' }));
  const names = started.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)).map(({ name }) => name);
  expect(names.join() === [...sidecars, 'app'].join(), `the order was ${names.join(', ')}`);
  return names.join(', ');
}

function rollingRestart(image: string): Promise<string> {
  return underLoad(image, `http://podkit.${namespace}/`, async () => {
    await kubectl('-n', namespace, 'rollout', 'restart', 'statefulset/podkit');
    await rolledOut();
  });
}

async function scaling(folder: string): Promise<string> {
  await runBlocks(blocksThatNeed(suitePages.scaling, 'cluster'), { cwd: folder, timeout: 300_000 });
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

const dataUrl = (pod: number, key: string) => `${local}/api/pods/${pod}/data/${key}`;

async function write(pod: number): Promise<void> {
  for (const key of keys) {
    const { status } = await ask('podkit-0', dataUrl(pod, key), { method: 'PUT', body: `${key} of ${pod}` });
    expect(status < 300, `PUT of ${key} to Pod ${pod} answered ${status}`);
  }
}

/** The keys of a Pod that cannot be read back as they were written, through the first one. */
async function missing(pod: number): Promise<string[]> {
  const answers = await askAll(
    'podkit-0',
    keys.map((key) => dataUrl(pod, key)),
  );
  return keys.filter((key, index) => answers[index]?.status !== 200 || answers[index].body !== `${key} of ${pod}`);
}

async function relabel(): Promise<string> {
  const value = `c${Date.now()}`;
  const began = Date.now();
  await kubectl('-n', namespace, 'label', 'pod', 'podkit-0', `e2e=${value}`, '--overwrite');
  await until('the label in the volume', async () =>
    (await ask('podkit-0', 'http://127.0.0.1:8090/labels')).body.includes(value),
  );
  return `seen after ${((Date.now() - began) / 1000).toFixed(1)} s, restarts ${await restarts('podkit-0')}`;
}

async function resize(): Promise<string> {
  const patch = JSON.stringify({ spec: { containers: [{ name: 'app', resources: { limits: { cpu: '900m' } } }] } });
  await kubectl('-n', namespace, 'patch', 'pod', 'podkit-0', '--subresource=resize', `--patch=${patch}`);
  const url = 'http://127.0.0.1:8090/fields/limits.cpu';
  const body = await until('the new limit in the volume', async () => {
    const answer = await ask('podkit-0', url);
    return (JSON.parse(answer.body) as { value: number }).value === 900 && answer.body;
  });
  const { environment } = JSON.parse(body) as { environment?: { value: number } };
  return `volume 900, environment still ${environment?.value}, restarts ${await restarts('podkit-0')}`;
}

async function newSetting(): Promise<string> {
  const banner = `hello ${Date.now()}`;
  await kubectl(
    '-n',
    namespace,
    'patch',
    'configmap',
    'podkit-live',
    `--patch=${JSON.stringify({ data: { banner } })}`,
  );
  const began = Date.now();
  await until(
    'the banner',
    async () => (await ask('podkit-0', 'http://127.0.0.1:8081/api/console')).body.includes(banner),
    150,
  );
  return `shown after ${((Date.now() - began) / 1000).toFixed(1)} s, restarts ${await restarts('podkit-0')}`;
}

async function restarts(name: string): Promise<number> {
  const pod = await get<Pod>('pod', name);
  return (pod?.status.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0);
}

const strategyPatch = (partitionAt: number) =>
  JSON.stringify({ spec: { updateStrategy: { rollingUpdate: { partition: partitionAt } } } });
const uid = async (name: string) => (await get<Pod>('pod', name))?.metadata.uid;

async function partition(): Promise<string> {
  const before = [await uid('podkit-0'), await uid('podkit-2')];
  await kubectl('-n', namespace, 'patch', 'statefulset', 'podkit', `--patch=${strategyPatch(2)}`);
  await kubectl('-n', namespace, 'rollout', 'restart', 'statefulset/podkit');
  await until('podkit-2 to be new and ready', async () => {
    const now = await uid('podkit-2');
    return (
      now !== undefined && now !== before[1] && (await ask('podkit-2', 'http://127.0.0.1:8081/readyz')).status === 200
    );
  });
  expect((await uid('podkit-0')) === before[0], 'podkit-0 was replaced too');
  await kubectl('-n', namespace, 'patch', 'statefulset', 'podkit', `--patch=${strategyPatch(0)}`);
  await rolledOut();
  return 'only podkit-2 was replaced; with partition 0 the rest followed';
}

type List<Item> = { items: Item[] };
type Policy = { metadata: { name: string }; spec: { podSelector: { matchLabels?: Record<string, string> } } };

async function networkPolicies(): Promise<string> {
  const { items } = JSON.parse(await kubectl('-n', namespace, 'get', 'networkpolicies', '-o', 'json')) as List<Policy>;
  const all = JSON.parse(await kubectl('-n', namespace, 'get', 'pods', '-o', 'json')) as List<{
    metadata: { name: string; labels: Record<string, string> };
  }>;
  const free = all.items.filter(
    ({ metadata }) =>
      !items.some(({ spec }) =>
        Object.entries(spec.podSelector.matchLabels ?? {}).every(([key, value]) => metadata.labels[key] === value),
      ),
  );
  expect(free.length === 0, `no policy selects ${free.map(({ metadata }) => metadata.name).join(', ')}`);
  return `${items.length} policies, ${all.items.length} Pods (whether they are enforced is the network plugin's)`;
}

async function goAway(base: string): Promise<string> {
  // The Redis Cluster has taken the place of some of it.
  await kubectl('delete', '-k', base, '--ignore-not-found', '--timeout=300s');
  return 'deleted, with its namespace and claims';
}
