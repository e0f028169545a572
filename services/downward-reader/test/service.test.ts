import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { writeVolume } from '@podkit/downward/simulate';
import { describe, expect, onTestFinished, test } from 'vitest';
import { eventsOf, startReader } from './support/reader-process.ts';

type Answer = Partial<Record<string, string>> & { missing?: string[]; warnings?: string[] };

const json = async (url: string) => (await (await fetch(url)).json()) as Answer;

describe('the document', () => {
  test('has labels, annotations, fields and limits of the volume and the environment', async () => {
    const dir = tempDir();
    await writeVolume(dir, { labels: 'app="a"', annotations: 'note="line\\nbreak"', 'limits/cpu_m': '500' });
    const { url } = await startReader(dir, { POD_NAME: 'app-0', MEMORY_LIMIT_MI: '64' });
    expect(await json(url)).toMatchObject({
      labels: { values: { app: 'a' } },
      annotations: { values: { note: 'line\nbreak' } },
    });
    expect(await json(`${url}/labels`)).toEqual({ app: 'a' });
    expect(await json(`${url}/fields/limits.cpu`)).toMatchObject({ value: 500, source: 'volume' });
    expect(await json(`${url}/fields/limits.memory`)).toMatchObject({ value: 64 * 2 ** 20, source: 'environment' });
    expect(await json(`${url}/fields/metadata.name`)).toMatchObject({ value: 'app-0', source: 'environment' });
    expect((await fetch(`${url}/fields/spec.colour`)).status).toBe(404);
  });

  test('says what is missing where there is no volume, and serves what there is', async () => {
    const { url } = await startReader('/nowhere', { POD_NAME: 'app-0' });
    const document = await json(url);
    expect(document.missing?.[0]).toBe('no volume at /nowhere: mount a downwardAPI volume there');
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });

  test('finds a volume that appears later', async () => {
    const dir = join(tempDir(), 'later');
    const { url } = await startReader(dir, { DOWNWARD_POLL: '100ms' });
    await writeVolume(dir, { labels: 'app="a"' });
    await waitFor('the label', async () => (await json(`${url}/labels`)).app === 'a');
    expect((await json(url)).missing?.join()).not.toContain('no volume');
  });

  test('warns of a plain folder, which no kubelet updates', async () => {
    const dir = tempDir();
    writeFileSync(join(dir, 'labels'), 'app="a"\nbroken');
    const { warnings, labels } = await json((await startReader(dir)).url);
    expect(warnings?.[0]).toContain('has no ..data');
    expect(warnings?.[1]).toBe('labels line 2: no key before =');
    expect(labels).toMatchObject({ values: { app: 'a' } });
  });

  test('reads thousands of labels and an annotation of a megabyte', async () => {
    const dir = tempDir();
    const labels = Array.from({ length: 5000 }, (_, index) => `label-${index}="${index}"`).join('\n');
    await writeVolume(dir, { labels, annotations: `big="${'x'.repeat(1024 * 1024)}"` });
    const { url } = await startReader(dir);
    expect(Object.keys(await json(`${url}/labels`))).toHaveLength(5000);
    expect((await json(`${url}/annotations`)).big).toHaveLength(1024 * 1024);
  });
});

describe('a change of the volume', () => {
  test('reaches a client of /events with what changed, and one that comes back with what it missed', async () => {
    const dir = tempDir();
    await writeVolume(dir, { labels: 'color="green"' });
    const { url } = await startReader(dir);
    const events = eventsOf(await fetch(`${url}/events`));
    expect((await events.next()).value).toMatchObject({ event: 'document', id: '0' });
    await writeVolume(dir, { labels: 'color="blue"' });
    const changes = [{ name: 'labels.color', before: 'green', after: 'blue' }];
    expect((await events.next()).value).toMatchObject({ event: 'change', id: '1', data: { id: 1, changes } });
    const again = eventsOf(await fetch(`${url}/events`, { headers: { 'last-event-id': '0' } }));
    expect((await again.next()).value).toMatchObject({ event: 'change', id: '1' });
    await Promise.all([events.return(undefined), again.return(undefined)]);
  });

  test('ends a long poll at once, and the poll ends by itself where nothing changes', async () => {
    const dir = tempDir();
    await writeVolume(dir, { labels: 'a="1"' });
    const { url } = await startReader(dir);
    expect(await json(`${url}/changes?since=0&wait=50ms`)).toEqual({ id: 0, complete: true, events: [] });
    const poll = json(`${url}/changes?since=0&wait=30s`);
    await writeVolume(dir, { labels: 'a="2"' });
    expect(await poll).toMatchObject({ id: 1, events: [{ changes: [{ name: 'labels.a', after: '2' }] }] });
    expect(await json(`${url}/changes?since=7`)).toMatchObject({ complete: false });
  });

  test('is refused to a query with an invalid number or wait', async () => {
    const { url } = await startReader('/nowhere');
    for (const query of ['since=abc', 'since=0&wait=soon', 'since=-1']) {
      const answer = await fetch(`${url}/changes?${query}`);
      expect([answer.status, await answer.json()]).toMatchObject([400, { code: 'ERR_VALIDATION' }]);
    }
  });

  test('does not delay the stop of the service: a long poll is answered', async () => {
    const dir = tempDir();
    await writeVolume(dir, { labels: 'a="1"' });
    const { url, service } = await startReader(dir, { SHUTDOWN_TIMEOUT: '5s' });
    const poll = json(`${url}/changes?since=0&wait=30s`);
    // Answered after the poll was taken up, which came first.
    await fetch(`${url}/livez`);
    expect(await service.stop()).toEqual({ code: 0, signal: null });
    expect(await poll).toEqual({ id: 0, complete: true, events: [] });
  });

  test('is sent to a webhook that fails at first, by one connection, to a program and to a process by its id', async () => {
    const dir = tempDir();
    await writeVolume(dir, { labels: 'a="1"' });
    const bodies: string[] = [];
    const connections = new Set<Socket>();
    const hook = createServer((request, response) => {
      connections.add(request.socket);
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        bodies.push(body);
        response.writeHead(bodies.length === 1 ? 503 : 204).end();
      });
    }).listen(0, '127.0.0.1');
    hook.keepAliveTimeout = 0;
    await once(hook, 'listening');
    onTestFinished(() => void hook.close());
    const beside = tempDir();
    const script = join(beside, 'notify.sh');
    const out = join(beside, 'out.json');
    writeFileSync(script, `#!/bin/sh\ncat > ${out}\n`);
    chmodSync(script, 0o755);
    const signals = new Promise<void>((resolve) => process.once('SIGUSR2', () => resolve()));
    writeFileSync(`${script}.pid`, String(process.pid));
    await startReader(dir, {
      DOWNWARD_WEBHOOK_URL: `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`,
      DOWNWARD_COMMAND: script,
      DOWNWARD_SIGNAL: 'SIGUSR2',
      DOWNWARD_SIGNAL_PID_FILE: `${script}.pid`,
    });
    await writeVolume(dir, { labels: 'a="2"' });
    await signals;
    await waitFor('the second attempt of the webhook', () => bodies.length === 2);
    await waitFor('the program', () => existsSync(out) && readFileSync(out, 'utf8') !== '');
    expect(connections.size).toBe(1);
    expect(JSON.parse(bodies[1] ?? '')).toMatchObject({ id: 1, changes: [{ name: 'labels.a' }] });
    expect(JSON.parse(readFileSync(out, 'utf8'))).toMatchObject({ id: 1 });
  });
});

const scrape = async (labels: string, env: Record<string, string>) => {
  const dir = tempDir();
  await writeVolume(dir, { labels, uid: 'u-1', 'limits/cpu_m': '250' });
  const { url } = await startReader(dir, { POD_NAME: 'shop-0', POD_NAMESPACE: 'shop', HOST_IP: '10.0.0.1', ...env });
  return (await fetch(`${url}/metrics`)).text();
};

describe('the metrics', () => {
  test('show the Pod with the labels that are allowed and no other', async () => {
    const labels = 'app.kubernetes.io/name="shop"\nsecret="x"';
    const metrics = await scrape(labels, { DOWNWARD_METRIC_LABELS: 'app.kubernetes.io/name' });
    const info =
      'namespace="shop",pod="shop-0",uid="u-1",host_ip="10.0.0.1",pod_ip="",node="node1",service_account="runner"';
    expect(await scrape(labels, { NODE_NAME: 'node1', SERVICE_ACCOUNT: 'runner' })).toContain(
      `downward_pod_info{${info}} 1`,
    );
    const identity = 'namespace="shop",pod="shop-0",uid="u-1"';
    expect(metrics).toContain(`downward_pod_labels{${identity},label_app_kubernetes_io_name="shop"} 1`);
    expect(metrics).toContain('downward_limit_cpu_cores{source="volume"} 0.25');
    expect(metrics).not.toContain('secret');
  });

  test('have the names of kube-state-metrics where they are asked for, and number labels that collide', async () => {
    const env = { DOWNWARD_METRIC_NAMES: 'kube', DOWNWARD_METRIC_LABELS: 'a-b,a.b' };
    const metrics = await scrape('a-b="1"\na.b="2"', env);
    expect(metrics).toMatch(/^kube_pod_info\{namespace="shop"/m);
    expect(metrics).toMatch(/^kube_pod_labels\{.*label_a_b_conflict1="1",label_a_b_conflict2="2"\} 1$/m);
  });
});
