import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createLogger } from '@podkit/chassis/log/logger';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { StatsD } from 'hot-shots';
import { expect, onTestFinished, test } from 'vitest';
import { statsdSchema } from '../../src/statsd/config.ts';
import { StatsdSource } from '../../src/statsd/statsd-source.ts';
import { MemorySink } from '../support/memory-sink.ts';
import { parseSource } from '../support/parse-source.ts';

const log = createLogger({ service: 'test', version: '0', level: 'silent' });

async function start(config: object) {
  const sink = new MemorySink();
  const source = new StatsdSource({ config: parseSource(statsdSchema, config), sink, log });
  await source.start();
  onTestFinished(() => source.stop());
  const self = async (name: string) => (await source.selfMetrics()).find((metric) => metric.name === name)?.samples;
  const expectValues = (expected: Record<string, number | string>) =>
    waitFor(JSON.stringify(expected), () => {
      expect(sink.values).toEqual(expected);
      return true;
    });
  return { sink, source, self, expectValues };
}

const sendUdp = (port: number, ...packets: string[]) => sendOver('udp4', '127.0.0.1', port, packets);
const sendUdp6 = (port: number, ...packets: string[]) => sendOver('udp6', '::1', port, packets);

async function sendOver(type: 'udp4' | 'udp6', host: string, port: number, packets: readonly string[]): Promise<void> {
  const socket = createSocket(type);
  for (const packet of packets) await new Promise((resolve) => socket.send(packet, port, host, resolve));
  socket.close();
}

async function write(where: string | number, data: string | Buffer): Promise<void> {
  const socket = typeof where === 'number' ? connect(where, '127.0.0.1') : connect(where);
  await once(socket, 'connect');
  socket.end(data);
  await once(socket, 'close');
}

test('packets over UDP reach their series, over IPv4 and IPv6', async () => {
  const { source, expectValues, self } = await start({ udp: ':0' });
  await sendUdp(source.ports.udp, 'a:1|c\nb:2|g', 'a:1|c');
  await expectValues({ a: 2, b: 2 });
  expect(await self('statsd_packets_total')).toContainEqual({
    labels: { source: 'statsd', transport: 'udp' },
    value: 2,
  });
  expect(await self('statsd_udp_packet_drops_total')).toEqual([{ labels: { source: 'statsd' }, value: 0 }]);
});

test('localhost binds both loopbacks on one port, and they share the limit of connections', async () => {
  const { source, expectValues, self } = await start({ udp: 'localhost:0', tcp: 'localhost:0', maxConnections: 1 });
  const { udp, tcp } = source.ports;
  await sendUdp(udp, 'four:1|c');
  await sendUdp6(udp, 'six:1|c');
  const first = connect(tcp, '::1');
  first.write('stream:1|c\n');
  await expectValues({ four: 1, six: 1, stream: 1 });
  await once(connect(tcp, '127.0.0.1'), 'close');
  expect((await self('statsd_connection_errors_total'))?.[0]?.value).toBe(1);
  first.destroy();
});

test('an invalid duration is named in the error', async () => {
  await expect(start({ sets: { maxAge: 'long', maxMembers: 1 } })).rejects.toThrow('sets.maxAge: "long" is not');
});

test('lines over TCP may arrive in pieces, and the last one needs no newline', async () => {
  const { source, expectValues } = await start({ tcp: '127.0.0.1:0' });
  const socket = connect(source.ports.tcp, '127.0.0.1');
  await once(socket, 'connect');
  for (const piece of ['a:', '1|c\nb', ':1|c\n', 'a:1|c']) {
    socket.write(piece);
    await new Promise((resolve) => setImmediate(resolve));
  }
  socket.end();
  await expectValues({ a: 2, b: 1 });
});

test('an endless line over TCP is dropped, and the connection stays', async () => {
  const { source, expectValues, self } = await start({ tcp: '127.0.0.1:0', maxLineBytes: 1000 });
  await write(source.ports.tcp, `${'x'.repeat(200_000)}:1|c\nok:1|c\n`);
  await expectValues({ ok: 1 });
  expect(await self('statsd_too_long_lines_total')).toEqual([{ labels: { source: 'statsd' }, value: 1 }]);
});

const prefixed = (packet: string) =>
  Buffer.concat([Buffer.from(new Uint32Array([packet.length]).buffer), Buffer.from(packet)]);

test('a Unix stream takes lines, and length-prefixed packets', async () => {
  const path = join(tempDir(), 'statsd.sock');
  const { expectValues } = await start({ unixStream: path });
  await write(path, 'a:1|c\n');
  await write(path, Buffer.concat([prefixed('a:1|c\nb:1|c'), prefixed('a:1|c\n')]));
  await expectValues({ a: 3, b: 1 });
});

test('a wrong length closes its connection only', async () => {
  const path = join(tempDir(), 'statsd.sock');
  const { self, expectValues } = await start({ unixStream: path });
  const lie = Buffer.concat([
    Buffer.from([5, 0, 0, 0]),
    Buffer.from('a:1|c'),
    Buffer.from([0xff, 0xff, 0xff, 0x7f]),
    Buffer.from('zz'),
  ]);
  await write(path, lie).catch(() => undefined);
  await waitFor('the error to be counted', async () => (await self('statsd_connection_errors_total'))?.[0]?.value);
  await write(path, 'b:1|c\n');
  await expectValues({ a: 1, b: 1 });
});

test('a Unix socket in use is an error, and so is another file at its path', async () => {
  const path = join(tempDir(), 'statsd.sock');
  await start({ unixStream: path });
  await expect(start({ unixStream: path })).rejects.toThrow(`cannot listen on Unix socket ${path}: it is in use`);
  const other = join(tempDir(), 'file');
  writeFileSync(other, '');
  await expect(start({ unixStream: other })).rejects.toThrow('another file has this path');
});

test('a port in use is named in the error', async () => {
  const { source } = await start({ tcp: '127.0.0.1:0' });
  const address = `127.0.0.1:${source.ports.tcp}`;
  await expect(start({ tcp: address })).rejects.toThrow(`cannot listen on TCP ${address}: listen EADDRINUSE`);
});

test('a mapping file is reloaded when it changes, and one with an error is not used', async () => {
  const path = join(tempDir(), 'mapping.yaml');
  writeFileSync(path, 'mappings: [{ match: a.*, name: first }]');
  const { source, expectValues, self } = await start({ udp: '127.0.0.1:0', mappingFile: path });
  await sendUdp(source.ports.udp, 'a.x:1|c');
  await expectValues({ first: 1 });
  const reloads = async (outcome: string) =>
    (await self('statsd_mapping_reloads_total'))?.find(({ labels }) => labels.outcome === outcome)?.value;
  writeFileSync(path, 'mappings: [{ match: a.*, nom: broken }]');
  await waitFor('a failed reload', () => reloads('failure'));
  await sendUdp(source.ports.udp, 'a.x:1|c');
  await expectValues({ first: 2 });
  const before = (await reloads('success')) ?? 0;
  writeFileSync(path, 'mappings: [{ match: a.*, name: second }]');
  await waitFor('a reload', async () => ((await reloads('success')) ?? 0) > before);
  await sendUdp(source.ports.udp, 'a.x:1|c');
  await expectValues({ first: 2, second: 1 });
});

test('an error in the mapping file at the start is reported with its line', async () => {
  const path = join(tempDir(), 'mapping.yaml');
  writeFileSync(path, 'mappings:\n- match: a..b\n  name: x\n');
  await expect(start({ mappingFile: path })).rejects.toThrow(`${path}:2:3: mappings[0].match: "a..b" is not a glob`);
});

test('every line is relayed unchanged', async () => {
  const target = createSocket('udp4');
  target.bind(0, '127.0.0.1');
  await once(target, 'listening');
  onTestFinished(() => void target.close());
  const received: string[] = [];
  target.on('message', (packet) => received.push(String(packet)));
  const { source } = await start({ udp: '127.0.0.1:0', relay: `127.0.0.1:${target.address().port}` });
  const odd = 'größe,k=v:1|c|@0.5\n';
  await sendUdp(source.ports.udp, odd, 'nonsense\r\n', `${'x'.repeat(1500)}:1|c`);
  await waitFor('the lines', () => received.join('') === `${odd}nonsense\n`);
});

test('samples of the client hot-shots arrive', async () => {
  const { source, expectValues } = await start({ udp: '127.0.0.1:0' });
  const client = new StatsD({
    host: '127.0.0.1',
    port: source.ports.udp,
    globalTags: { env: 'test' },
    maxBufferSize: 1000,
  });
  client.increment('pages', 2, ['route:/a']);
  client.gauge('fuel', 0.5);
  client.timing('render', 320);
  client.distribution('size', 12);
  client.event('title', 'text');
  client.check('up', client.CHECKS.OK);
  await new Promise((resolve) => client.close(resolve));
  await expectValues({
    'pages{env="test",route="/a"}': 2,
    'fuel{env="test"}': 0.5,
    'render{env="test"}': '0.32×1',
    'size{env="test"}': '12×1',
  });
});
