import { serve } from '@podkit/chassis/testing/serve';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { expect, test } from 'vitest';
import { type RunningApp, startApp } from '../support/start-app.ts';

type Document = {
  identity: unknown;
  containers: { name: string; state: string }[];
  flows: Record<string, { rate: number }>;
  stores: unknown;
  limits: Record<string, number | undefined>;
  metrics: { ok: boolean; series: { name: string }[] };
  downward: { ok: boolean; labels: Record<string, string>; annotations: Record<string, string> };
  chaos: unknown;
};
type History = { samples: { at: number; memory: number }[]; events: Event[]; calls: { id: number; probe: string }[] };
type Event = { id: number; kind: string; text: string };

const get = async <T>({ admin }: RunningApp, path: string) => (await (await fetch(`${admin}${path}`)).json()) as T;
const readDocument = (app: RunningApp) => get<Document>(app, '/api/console');
const readHistory = (app: RunningApp) => get<History>(app, '/api/console/history');

/** A container of the Pod that answers each path with one text: a stand-in, whose responses a test can change. */
const sidecar = (answers: Record<string, string>) =>
  serve((request, response) => {
    const body = answers[request.url ?? ''];
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });

test('the document has the identity of the Pod and the state of each container', async () => {
  const metrics = '# TYPE app_requests_total counter\napp_requests_total{route="/*"} 42\nadapter_up 1\n';
  const adapter = await sidecar({ '/readyz': 'ok', '/metrics': metrics });
  const limits = 'downward_limit_cpu_cores{source="volume"} 1\ndownward_limit_memory_bytes{source="none"} 1e10\n';
  const downward = await sidecar({ '/': '{"labels":{"values":{"app":"podkit"}}}', '/metrics': limits });
  const app = await startApp({
    POD_NAME: 'app-3',
    POD_NAMESPACE: 'default',
    NODE_NAME: 'node-1',
    APP_MAX_EVENT_LOOP_DELAY: '500ms',
    APP_ADAPTER_URL: adapter,
    APP_DOWNWARD_URL: `${downward}/`,
    APP_GIT_SYNC_URL: `${adapter}/readyz`,
    APP_AMBASSADOR_PROBE_URL: 'http://127.0.0.1:1/readyz',
  });
  // On a busy machine a sidecar may miss the timeout of one request.
  const document = await waitFor('all that can be reached', async () => {
    const shown = await readDocument(app);
    const unreachable = shown.containers.filter(({ state }) => state === 'unreachable');
    return unreachable.length === 1 && shown.metrics.ok && shown.downward.ok && shown;
  });
  expect(document.identity).toMatchObject({ pod: 'app-3', namespace: 'default', node: 'node-1', ordinal: 3 });
  const states = document.containers.map(({ name, state }) => [name, state]);
  expect(Object.fromEntries(states)).toEqual({
    app: 'ready',
    'git-sync': 'ready',
    ambassador: 'unreachable',
    'metrics-adapter': 'ready',
    'downward-reader': 'unready',
  });
  expect(document.metrics).toMatchObject({ ok: true, series: [{ name: 'app_requests_total', value: 42 }], total: 1 });
  expect(document.downward).toMatchObject({ ok: true, labels: { app: 'podkit' } });
  expect(document.limits).toMatchObject({ cpu: 1, loop: expect.any(Number), heap: expect.any(Number) });
  expect(document.limits.memory).toBeUndefined();
  expect(document.chaos).toEqual({ enabled: false, active: [] });
});

test('the document cuts an annotation of 200 kB, and says so', async () => {
  const annotations = { values: { long: 'x'.repeat(200_000), short: 'y' } };
  const downward = await sidecar({ '/': JSON.stringify({ annotations }) });
  const app = await startApp({ APP_DOWNWARD_URL: downward });
  const shown = await waitFor('the annotations', async () => (await readDocument(app)).downward.annotations);
  expect(shown.short).toBe('y');
  expect(shown.long).toMatch(/^x{1000}… cut: 200,000 characters in all$/);
});

test('the document never contains a secret', async () => {
  const app = await startApp({ CHAOS: 'true', APP_CHAOS_TOKEN: 'hunter2', APP_AMBASSADOR_TOKEN: 'hunter3' });
  const everything = JSON.stringify([await readDocument(app), await readHistory(app)]);
  expect(everything).not.toMatch(/hunter/);
  expect(everything).toContain('"name":"chaosToken","value":"••••"');
  expect(app.service.output.join()).not.toMatch(/hunter/);
});

test('the history has samples, events and probe calls from before a page was opened', async () => {
  const answers = { '/': '{"labels":{"values":{"track":"a"}}}', '/metrics': 'process_start_time_seconds 100\n' };
  const downward = await sidecar(answers);
  const app = await startApp({ APP_DOWNWARD_URL: downward });
  await fetch(`${app.admin}/livez`, { headers: { 'user-agent': 'kube-probe/9.99' } });
  await waitFor('the first label', async () => (await readDocument(app)).downward.labels?.track === 'a');
  answers['/'] = '{"labels":{"values":{"track":"b"}}}';
  answers['/metrics'] = 'process_start_time_seconds 200\n';
  const text = await waitFor('the relabelling', async () => {
    await readDocument(app);
    const { events } = await readHistory(app);
    const found = events.filter(({ kind }) => kind === 'labels' || kind === 'restart').map((event) => event.text);
    return found.length === 2 && found.toSorted();
  });
  expect(text).toEqual(['downward-reader restarted', 'label track changed to b']);
  const history = await waitFor('a sample', async () => {
    const now = await readHistory(app);
    return now.samples.length > 0 && now;
  });
  expect(history.samples[0]?.memory).toBeGreaterThan(1e6);
  expect(history.events[0]).toMatchObject({ kind: 'state', text: 'starting: process started' });
  expect(history.calls).toContainEqual(expect.objectContaining({ probe: 'livez', prober: 'kubelet', ok: true }));
});

test('the stream begins with the document, sends changes, an event each second, and bye at the end', async () => {
  const app = await startApp({ DRAIN_DELAY: '600ms' });
  const answer = await fetch(`${app.admin}/api/console/events`);
  expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/);
  let text = '';
  const reading = (async () => {
    for await (const chunk of answer.body ?? []) text += Buffer.from(chunk as Uint8Array).toString();
  })();
  await waitFor('the document', () => text.includes('event: console'));
  await fetch(`${app.admin}/livez`, { headers: { 'user-agent': 'kube-probe/9.99' } });
  await waitFor('the probe call', () => /event: update\n.*"probe":"livez","prober":"kubelet"/.test(text));
  await waitFor('updates without a change', () => text.split('event: update').length > 4);
  expect((await app.service.stop()).code).toBe(0);
  await reading;
  expect(text).toContain('"state":"draining"');
  expect(text.trimEnd().split('\n').slice(-2)).toEqual(['event: bye', 'data: {}']);
});

test('the page is served with a policy that allows nothing inline but its import map', async () => {
  const app = await startApp();
  const page = await fetch(`${app.admin}/console`);
  const html = await page.text();
  expect([page.status, page.url]).toEqual([200, `${app.admin}/console/`]);
  const policy = page.headers.get('content-security-policy') ?? '';
  expect(policy).toMatch(/script-src 'self' 'sha256-[\w+/=]+';/);
  expect(policy).not.toContain('unsafe');
  const scripts = [...html.matchAll(/<script[^>]*>/g)].map(([tag]) => tag);
  expect(scripts.filter((tag) => !tag.includes('src='))).toEqual(['<script type="importmap">']);
});

test('the page is served from its own folder only, with the libraries as they are published', async () => {
  const app = await startApp();
  const status = async (path: string) => (await fetch(`${app.admin}/console/${path}`)).status;
  expect(await status('vendor/preact.mjs')).toBe(200);
  expect(await status('vendor/uplot.js')).toBe(200);
  expect(await status('..%2f..%2fpackage.json')).toBe(404);
  expect(await status('nothing.js')).toBe(404);
});

test('the polling has a User-Agent of its own, so that it stays out of the logs of the other containers', async () => {
  const agents = new Set<string | undefined>();
  const url = await serve((request, response) => {
    agents.add(request.headers['user-agent']);
    response.end('{}');
  });
  const app = await startApp({ APP_DOWNWARD_URL: url, APP_ADAPTER_URL: url, APP_GIT_SYNC_URL: url });
  await waitFor('a poll', async () => {
    await readDocument(app);
    return agents.size > 0;
  });
  expect([...agents]).toEqual(['podkit-poller']);
});
