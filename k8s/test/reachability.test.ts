import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { listPorts } from './checks/ports.ts';
import { type ManifestSet, manifestSet } from './manifests/manifest-set.ts';
import { findRenderer, howToInstall, render, renderWith } from './manifests/render.ts';
import { type End, isReachable, type Port } from './reachability.ts';

const renderer = findRenderer();
if (renderer === undefined) process.stdout.write(`NetworkPolicies NOT CHECKED: ${howToInstall}\n`);

const base = join(import.meta.dirname, '..', 'base');
const own = (name: string): End => ({ namespace: 'podkit', labels: { 'app.kubernetes.io/name': name } });
const prometheus: End = { namespace: 'monitoring', labels: { 'app.kubernetes.io/name': 'prometheus' } };
const neighbour: End = { namespace: 'podkit', labels: {} };
const internet: End = { address: '203.0.113.7' };
const dns: End = { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } };
const nodeLocalDns: End = { address: '169.254.20.10' };

/** All ports that a Pod of the suite listens on, including those on its loopback only. */
const listeners = [8080, 8081, 3500, 3501, 6379, 8090, 9125, 9376, 9464];
const open: [who: string, from: End, ports: number[]][] = [
  ['the internet', internet, [8080]],
  ['a Prometheus in another namespace', prometheus, [8080, 9464]],
  ['another Pod of the set', own('podkit'), [8080, 8081]],
  ['another Pod of the namespace', neighbour, []],
];

const flows: [from: string, to: string, port: Port][] = [
  ['podkit', 'redis', { port: 6379 }],
  ['podkit', 'postgres', { port: 5432 }],
  ['podkit', 'git-server', { port: 8888 }],
];

/** The base with options. */
const rendered = async (...options: string[]) => {
  if (renderer === undefined) throw new Error(howToInstall);
  const components = options.map((name) => join(base, '..', 'components', name));
  return manifestSet(
    'base',
    await (options.length === 0 ? render(renderer, base) : renderWith(renderer, base, components)),
  );
};

describe.skipIf(renderer === undefined)('the NetworkPolicies of the base', () => {
  let set: ManifestSet;
  beforeAll(async () => {
    set = await rendered();
  });

  test('the listeners are the ports that the containers name, and three on the loopback', () => {
    const pod = set.pods.find(({ object }) => object.metadata.name === 'podkit');
    const named = pod === undefined ? [] : listPorts(pod).map(({ containerPort }) => containerPort);
    expect(new Set([...named, 3500, 6379, 9125])).toEqual(new Set(listeners));
  });

  test.each(open)('%s reaches only the ports that it needs', (_, from, ports) => {
    expect(listeners.filter((port) => isReachable(set, from, own('podkit'), { port }))).toEqual(ports);
  });

  test.each(flows)('only %s reaches %s, and only on %j', (from, to, port) => {
    expect(isReachable(set, own(from), own(to), port)).toBe(true);
    const others = ['podkit', 'redis', 'postgres', 'git-server'].filter((name) => name !== from);
    for (const other of [...others.map(own), prometheus, internet, neighbour])
      expect(isReachable(set, other, own(to), port)).toBe(false);
    expect(isReachable(set, own(from), own(to), { port: port.port + 1 })).toBe(false);
  });

  test('a Pod of the suite reaches the DNS of kube-system, and nothing on the internet', () => {
    for (const protocol of ['UDP', 'TCP']) {
      expect(isReachable(set, own('podkit'), dns, { port: 53, protocol })).toBe(true);
      expect(isReachable(set, own('podkit'), nodeLocalDns, { port: 53, protocol })).toBe(false);
    }
    expect(isReachable(set, own('podkit'), internet, { port: 443 })).toBe(false);
    expect(isReachable(set, own('redis'), dns, { port: 53, protocol: 'UDP' })).toBe(false);
  });

  test('components/node-local-dns lets the Pod reach the DNS cache of its node', async () => {
    const option = await rendered('node-local-dns');
    expect(isReachable(option, own('podkit'), nodeLocalDns, { port: 53, protocol: 'UDP' })).toBe(true);
    expect(isReachable(option, own('podkit'), nodeLocalDns, { port: 80 })).toBe(false);
  });

  test('components/external-redis lets the Pod reach port 6379 on any address', async () => {
    const option = await rendered('external-redis');
    expect(isReachable(option, own('podkit'), internet, { port: 6379 })).toBe(true);
    expect(isReachable(option, own('podkit'), internet, { port: 5432 })).toBe(false);
  });
});
