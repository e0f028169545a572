import { createServer } from 'node:http';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readPrometheusText } from '../src/console/prometheus-text.ts';
import { type RunningApp, startApp } from './support/start-app.ts';

const documentOf = async ({ url }: RunningApp) =>
  (await (await fetch(`${url}/api/console`)).json()) as {
    identity: unknown;
    containers: { name: string; state: string }[];
    metrics: unknown;
    downward: unknown;
    chaos: unknown;
  };

/** A neighbour that answers every path with one text: a stand-in for the other containers of the Pod. */
async function neighbour(answers: Record<string, string>): Promise<string> {
  const server = createServer((request, response) => {
    const body = answers[request.url ?? ''];
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
}

describe("the console's document", () => {
  it('tells who the Pod is and how its containers are, asked from each of them', async () => {
    const metrics = '# TYPE app_requests_total counter\napp_requests_total{route="/*"} 42\n';
    const adapter = await neighbour({ '/readyz': 'ok', '/metrics': metrics });
    const downward = await neighbour({ '/': '{"labels":{"app":"podkit"}}' });
    const app = await startApp({
      POD_NAME: 'app-3',
      POD_NAMESPACE: 'default',
      NODE_NAME: 'node-1',
      APP_ADAPTER_URL: adapter,
      APP_DOWNWARD_URL: `${downward}/`,
      APP_GIT_SYNC_URL: `${adapter}/readyz`,
    });
    const document = await documentOf(app);
    expect(document.identity).toMatchObject({ pod: 'app-3', namespace: 'default', node: 'node-1', ordinal: 3 });
    const states = document.containers.map(({ name, state }) => [name, state]);
    expect(Object.fromEntries(states)).toEqual({
      app: 'ready',
      'git-sync': 'ready',
      ambassador: 'unreachable',
      'metrics-adapter': 'ready',
      'downward-reader': 'unready',
    });
    const series = [{ name: 'app_requests_total', labels: { route: '/*' }, type: 'counter', value: 42 }];
    expect(document.metrics).toMatchObject({ ok: true, series });
    expect(document.downward).toMatchObject({ ok: true, data: { labels: { app: 'podkit' } } });
    expect(document.chaos).toEqual({ enabled: false, active: [] });
  });

  it('never contains a secret', async () => {
    const app = await startApp({ CHAOS: 'true', APP_CHAOS_TOKEN: 'hunter2', APP_AMBASSADOR_TOKEN: 'hunter3' });
    const everything = JSON.stringify([await documentOf(app), await (await fetch(`${app.url}/stats`)).json()]);
    expect(everything).not.toMatch(/hunter/);
    expect(everything).toContain('"name":"chaosToken","value":"••••"');
    expect(app.service.output.join()).not.toMatch(/hunter/);
  });

  it('comes as a stream, again after each change, and with a goodbye at the end', async () => {
    const app = await startApp({ DRAIN_DELAY: '600ms' });
    const answer = await fetch(`${app.url}/api/console/events`);
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    let text = '';
    const reading = (async () => {
      for await (const chunk of answer.body ?? []) text += Buffer.from(chunk as Uint8Array).toString();
    })();
    await waitFor('the first document', () => text.includes('event: console'));
    await fetch(`${app.admin}/livez`, { headers: { 'user-agent': 'kube-probe/9.99' } });
    await waitFor('the probe call', () => text.includes('kube-probe/9.99'));
    expect((await app.service.stop()).code).toBe(0);
    await reading;
    expect(text).toContain('"state":"draining"');
    expect(text.trimEnd().split('\n').slice(-2)).toEqual(['event: bye', 'data: {}']);
  });
});

describe('the console page', () => {
  it('is served with a policy that allows no inline script, and nothing beside its folder', async () => {
    const app = await startApp();
    const page = await fetch(`${app.url}/console`);
    expect([page.status, page.url, await page.text()]).toEqual([
      200,
      `${app.url}/console/`,
      expect.stringContaining('<html'),
    ]);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('unsafe');
    expect((await fetch(`${app.url}/console/..%2f..%2fpackage.json`)).status).toBe(404);
    expect((await fetch(`${app.url}/console/nothing.js`)).status).toBe(404);
  });
});

describe('Prometheus text', () => {
  it('is read with types, escaped labels and without buckets, up to the limit', () => {
    const text = [
      '# HELP a help',
      '# TYPE a histogram',
      'a_bucket{le="1"} 1',
      'a_sum 2.5',
      'a_count 3',
      '# TYPE b gauge',
      String.raw`b{x="q\"\\\n,}",y=""} -1e3 1700000000`,
      'c NaN',
      'not a sample',
      'd 4',
    ].join('\n');
    expect(readPrometheusText(text, 3)).toEqual([
      { name: 'a_sum', labels: {}, type: 'histogram', value: 2.5 },
      { name: 'a_count', labels: {}, type: 'histogram', value: 3 },
      { name: 'b', labels: { x: 'q"\\\n,}', y: '' }, type: 'gauge', value: -1000 },
    ]);
  });
});
