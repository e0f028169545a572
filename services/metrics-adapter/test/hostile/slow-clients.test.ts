import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { freePort } from '@podkit/chassis/testing/free-port';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { expect, onTestFinished, test } from 'vitest';
import { measureCpuTime } from '../support/cpu-time.ts';
import { serveApp } from '../support/serve-app.ts';
import { startAdapter } from '../support/start-adapter.ts';

const prometheus = (url: string) => `prometheus: [{ name: app, url: '${url}' }]`;

test('probes beyond the queue get 503', async () => {
  const waiting: (() => void)[] = [];
  const url = await serveApp((_request, response) => void waiting.push(() => response.end('{"v": 1}')));
  const adapter = await startAdapter(`modules: { default: { metrics: [{ name: v, path: '{.v}' }] } }`);
  // Each has a target of its own, so that none shares the page of another.
  const probes = Array.from(
    { length: 100 },
    async (_none, at) => (await adapter.get(`/probe?target=${url}/${at}`)).status,
  );
  const statuses: number[] = [];
  for (const probe of probes) void probe.then((status) => statuses.push(status));
  await waitFor('the refusals', () => statuses.length === 28);
  expect(statuses.every((status) => status === 503)).toBe(true);
  const answering = setInterval(() => {
    for (const answer of waiting.splice(0)) answer();
  }, 5);
  onTestFinished(() => clearInterval(answering));
  const all = await Promise.all(probes);
  expect([all.filter((status) => status === 200).length, all.length]).toEqual([72, 100]);
});

/** A client that asks for the page and reads nothing of the response. */
async function startSlowReader(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.pause();
  socket.write('GET /metrics HTTP/1.1\r\nhost: a\r\nx-prometheus-scrape-timeout-seconds: 1\r\n\r\n');
  return socket;
}

const line = (at: number) => `series{id="${at}",text="${'x'.repeat(80)}"} ${at}\n`;

test('150 clients that do not read delay neither a probe nor a scrape', async () => {
  const page = Array.from({ length: 9000 }, (_none, at) => line(at)).join('');
  const adapter = await startAdapter(prometheus(await serveApp(page)));
  const forOnePage = await measureCpuTime(async () => (await adapter.get('/metrics')).text());
  const readers = await Promise.all(Array.from({ length: 150 }, () => startSlowReader(adapter.url)));
  // A page of its own for each of them would be 150 times the work of one.
  const forProbe = await measureCpuTime(async () => expect((await adapter.get('/-/healthy')).status).toBe(200));
  expect(forProbe).toBeLessThan(75 * forOnePage);
  expect((await adapter.get('/metrics')).status).toBe(200);
  expect(readers).toHaveLength(150);
});

test('a connection without a byte is closed after the idle timeout', async () => {
  const port = await freePort();
  await startAdapter(`statsd: [{ tcp: '127.0.0.1:${port}', idleTimeout: 50ms }]`);
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write('a:1|c\n');
  await once(socket.resume(), 'close');
  expect(socket.destroyed).toBe(true);
});
