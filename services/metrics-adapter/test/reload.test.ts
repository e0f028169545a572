import { createSocket } from 'node:dgram';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@podkit/chassis/testing/free-port';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { expect, onTestFinished, test } from 'vitest';
import { parseAdapterConfig } from '../src/config/load.ts';
import { serveApp } from './support/serve-app.ts';
import { startAdapter } from './support/start-adapter.ts';

/** A StatsD source with a mapping file, and a way to send to it until a line is there. */
async function startMapped(mapping: string) {
  const file = join(tempDir(), 'mapping.yaml');
  writeFileSync(file, mapping);
  const port = await freePort();
  const yaml = `statsd: [{ udp: '127.0.0.1:${port}', mappingFile: '${file}' }]`;
  const adapter = await startAdapter(yaml);
  const socket = createSocket('udp4');
  onTestFinished(() => void socket.close());
  const expectLine = (packet: string, line: string) =>
    waitFor(line, async () => {
      socket.send(packet, port, '127.0.0.1');
      return (await (await adapter.get('/metrics')).text()).includes(line);
    });
  return { adapter, yaml, expectLine, change: (text: string) => writeFileSync(file, text) };
}

const first = 'mappings: [{ match: t, name: t, observer_type: histogram, histogram_options: { buckets: [1] } }]';
const second = 'mappings: [{ match: t, name: t, observer_type: histogram, histogram_options: { buckets: [2] } }]';

test('a changed mapping file gives existing metrics their new type and buckets', async () => {
  const { expectLine, change } = await startMapped(first);
  await expectLine('t:100|ms', 't_bucket{le="1"}');
  change(second);
  await expectLine('t:100|ms', 't_bucket{le="2"}');
  change('mappings: [{ match: t, name: t, observer_type: summary }]');
  await expectLine('t:100|ms', 't{quantile="0.5"}');
});

test('a reload of the configuration reads the mapping file too, and refuses one with an error', async () => {
  const { adapter, yaml, expectLine, change } = await startMapped(first);
  await expectLine('t:100|ms', 't_bucket{le="1"}');
  change(second);
  await adapter.adapter.reload(parseAdapterConfig(yaml, 'test.yaml'));
  await expectLine('t:100|ms', 't_bucket{le="2"}');
  change('mappings: [{ match: t, nom: t }]');
  await expect(adapter.adapter.reload(parseAdapterConfig(yaml, 'test.yaml'))).rejects.toThrow('nom: no such key');
  await expectLine('t:100|ms', 't_bucket{le="2"}');
});

test('a probe in flight survives a reload', async () => {
  const waiting = Promise.withResolvers<() => void>();
  const url = await serveApp((_request, response) => waiting.resolve(() => response.end('{"v": 1}')));
  const yaml = `modules: { default: { metrics: [{ name: v, path: '{.v}' }] } }`;
  const running = await startAdapter(yaml);
  const probe = running.get(`/probe?target=${url}`);
  const answer = await waiting.promise;
  await running.adapter.reload(parseAdapterConfig(`prefix: other\n${yaml}`, 'test.yaml'));
  answer();
  expect([(await probe).status, await (await probe).text()]).toEqual([200, expect.stringContaining('\nv 1\n')]);
});

test('clearing removes the series of StatsD and logs, of one source or of all, and no others', async () => {
  const app = await serveApp((_request, response) => response.end('pulled 1\n'));
  const port = await freePort();
  const adapter = await startAdapter(
    `{ statsd: [{ udp: '127.0.0.1:${port}' }], prometheus: [{ name: app, url: '${app}' }] }`,
  );
  const socket = createSocket('udp4');
  onTestFinished(() => void socket.close());
  const clear = async (query: string) => {
    const answer = await fetch(`${adapter.url}/-/clear${query}`, { method: 'POST' });
    return [answer.status, await answer.text()];
  };
  const pushed = () =>
    waitFor('the sample', async () => {
      socket.send('pushed:1|c', port, '127.0.0.1');
      return (await adapter.samples('pushed')).length > 0;
    });
  await pushed();
  expect(await clear('?source=app')).toEqual([404, 'no source of StatsD or logs is named app\n']);
  expect((await adapter.samples('pushed')).length).toBe(1);
  expect(await clear('?source=statsd')).toEqual([200, 'cleared\n']);
  await pushed();
  expect(await clear('')).toEqual([200, 'cleared\n']);
  expect(await adapter.samples('pulled')).toEqual(['pulled 1']);
});

test('reload and clear are not served unless the lifecycle is enabled', async () => {
  const { url } = await startAdapter('', { enableLifecycle: false });
  const statuses = ['reload', 'clear'].map(
    async (name) => (await fetch(`${url}/-/${name}`, { method: 'POST' })).status,
  );
  expect(await Promise.all(statuses)).toEqual([404, 404]);
});
