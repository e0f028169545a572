import { join } from 'node:path';
import { runBlocks } from '../../tools/run-blocks.ts';
import { ask, containerStatuses, namespace, pods, rolledOut, until } from '../app-client.ts';
import { type Case, expect } from '../case.ts';
import { kubectl } from '../run.ts';
import { serveWithoutStore } from './degraded.ts';
import type { Images } from './disruptions/upgrade.ts';
import { disruptionCases } from './disruptions.ts';
import { newSetting, relabel, resize } from './live-changes.ts';
import { blocksThatNeed, suitePages } from './pages.ts';
import { postgresReplicaCases } from './postgres-replica.ts';
import { redisClusterCases } from './redis-cluster.ts';
import { partition, rollingRestart } from './rollout.ts';
import { scaling } from './scaling.ts';
import { deletedWhileWriting, sidecars, stopOrder } from './termination.ts';

const local = 'http://127.0.0.1:8080';

/** The whole suite: it starts, serves, survives disruptions, and is deleted. The cases build on each other. */
export function suiteCases(folder: string, images: Images): Case[] {
  const base = join(folder, 'k8s', 'base');
  return [
    { name: 'suite starts', run: () => comeUp(folder) },
    { name: 'suite serves the synced page', run: servePage },
    { name: 'suite keeps a note through the ambassador', run: keepNote },
    { name: 'suite serves its site while PostgreSQL is down', run: serveWithoutStore },
    { name: 'suite starts its sidecars before the app', run: startOrder },
    {
      name: 'suite loses no request in a rolling restart',
      run: () => rollingRestart(`${images.registry}/app:${images.tag}`),
    },
    { name: 'suite keeps its keys when it scales to 1, 3, 1 and 3 Pods', run: () => scaling(folder) },
    { name: 'suite loses no acknowledged note or key when a Pod is deleted during writes', run: deletedWhileWriting },
    { name: 'suite stops its sidecars after the app', run: stopOrder },
    { name: 'suite sees a new label without a restart', run: relabel },
    { name: 'suite shows a CPU resize in place', run: resize },
    { name: 'suite applies a new setting without a restart', run: newSetting },
    { name: 'suite rolls out only to the Pods of a partition', run: partition },
    { name: 'suite has a NetworkPolicy for every Pod', run: networkPolicies },
    ...disruptionCases(folder, images),
    ...redisClusterCases(folder),
    ...postgresReplicaCases(folder),
    { name: 'suite is deleted', run: () => goAway(base) },
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

export async function servePage(): Promise<string> {
  const { status, body } = await ask('podkit-0', `http://podkit.${namespace}/`);
  expect(status === 200 && body.includes('<'), `/ answered ${status}`);
  return `${body.length} bytes through the Service`;
}

export async function keepNote(): Promise<string> {
  // The Pods start beside the stores and don't wait for them.
  await until('a note to be saved', async () => {
    const { status } = await ask('podkit-0', `${local}/api/notes/e2e`, { method: 'PUT', body: '{"text":"kept"}' });
    return status < 300;
  });
  const other = (await pods()).length > 1 ? 'podkit-1' : 'podkit-0';
  const { body } = await ask(other, `${local}/api/notes/e2e`);
  expect(body.includes('kept'), `GET on ${other} answered ${body}`);
  return `written on podkit-0, read on ${other}`;
}

async function startOrder(): Promise<string> {
  const started = (await containerStatuses('podkit-0'))
    .filter(({ name }) => [...sidecars, 'app'].includes(name))
    .map(({ name, state }) => ({ name, at: state.running?.startedAt ?? '' }));
  const names = started.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)).map(({ name }) => name);
  expect(names.join() === [...sidecars, 'app'].join(), `the order was ${names.join(', ')}`);
  return names.join(', ');
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
  return `${items.length} policies, ${all.items.length} Pods (the network plugin decides whether they are enforced)`;
}

async function goAway(base: string): Promise<string> {
  // An earlier case replaced some of these objects by the Redis Cluster.
  await kubectl('delete', '-k', base, '--ignore-not-found', '--timeout=300s');
  return 'deleted with its namespace and claims';
}
