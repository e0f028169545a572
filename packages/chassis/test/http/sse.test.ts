import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import fastify from 'fastify';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { createServer } from '../../src/http/server.ts';
import { type Drop, EventStreams } from '../../src/http/sse.ts';
import { Lifecycle } from '../../src/process/lifecycle.ts';
import { waitFor } from '../../testing/wait-for.ts';

/** A stream on a real connection whose client reads nothing before `read`. */
async function openPaused(
  streams: EventStreams,
  first: string,
): Promise<{ read: () => Promise<string>; connections: () => Promise<number> }> {
  const server = fastify({ forceCloseConnections: true });
  server.get('/', (_request, reply) => streams.open(reply, [{ event: 'first', data: first }]));
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => server.close());
  const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  socket.pause().write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
  await waitFor('the stream', () => streams.counts.open === 1);
  return { read: () => text(socket), connections: promisify(server.server.getConnections.bind(server.server)) };
}

const change = (size: number) => ({ id: 1, event: 'change', data: 'x'.repeat(size) });

test('sends the headers that a hook has set', async () => {
  const streams = new EventStreams({ limit: 1 });
  const server = fastify();
  server.get('/', (_request, reply) => streams.open(reply.header('x-hook', 'set')));
  const response = server.inject('/');
  await waitFor('the stream', () => streams.size === 1);
  streams.close();
  expect((await response).headers).toMatchObject({
    'x-hook': 'set',
    'content-type': 'text/event-stream; charset=utf-8',
  });
});

test('drops as stalled a client that takes nothing of what waits for it', async () => {
  const drops: Drop[] = [];
  const streams = new EventStreams({
    limit: 1,
    heartbeat: 20,
    closeTimeout: 60_000,
    onDrop: (drop) => drops.push(drop),
  });
  onTestFinished(() => streams.close());
  const client = await openPaused(streams, 'x'.repeat(16 * 2 ** 20));
  await waitFor('the drop', () => drops.length > 0);
  expect(drops).toMatchObject([{ reason: 'stalled' }]);
  expect(streams.counts).toMatchObject({ open: 0, dropped: { stalled: 1, buffer_full: 0 } });
  expect(await client.read()).toContain('"reason":"stalled"');
});

test('keeps a client through one event that is longer than the bound', async () => {
  const streams = new EventStreams({ limit: 1, maxBacklog: 1000 });
  onTestFinished(() => streams.close());
  await openPaused(streams, 'x'.repeat(16 * 2 ** 20));
  streams.publish(change(10));
  expect(streams.counts).toMatchObject({ open: 1, dropped: { buffer_full: 0 } });
  streams.publish(change(2000));
  streams.publish(change(2000));
  expect(streams.counts).toMatchObject({ open: 0, dropped: { buffer_full: 1 } });
});

test('ends the connection of a dropped client that does not even take the reason', async () => {
  const streams = new EventStreams({ limit: 1, maxBacklog: 1000, closeTimeout: 20 });
  onTestFinished(() => streams.close());
  const client = await openPaused(streams, 'x'.repeat(16 * 2 ** 20));
  for (let round = 1; round <= 3; round += 1) streams.publish(change(16 * 2 ** 20));
  expect(streams.counts.open).toBe(0);
  await waitFor('the end of the connection', async () => (await client.connections()) === 0);
});

test('begins with what a client has to know, sends events, and says bye at the end', async () => {
  const streams = new EventStreams({ limit: 1 });
  const client = await openPaused(streams, 'now');
  const reading = client.read();
  streams.publish({ id: 7, event: 'change', data: { text: 'two\nlines' } });
  streams.close();
  const fields = (await reading).split(/\r?\n/).filter((line) => /^(id|event|data): /.test(line));
  const sent = ['id: 7', 'event: change', 'data: {"text":"two\\nlines"}'];
  expect(fields).toEqual(['event: first', 'data: "now"', ...sent, 'event: bye', 'data: {}']);
});

test('answers 503 with Retry-After once there are as many clients as may be', async () => {
  const streams = new EventStreams({ limit: 0 });
  onTestFinished(() => streams.close());
  const lifecycle = new Lifecycle({ drainDelay: 0, shutdownTimeout: 1000 });
  const server = createServer({ log: pino({ enabled: false }), lifecycle });
  server.get('/', (_request, reply) => streams.open(reply));
  const response = await server.inject('/');
  expect([response.statusCode, response.headers['retry-after'], response.json()]).toEqual([
    503,
    '5',
    { code: 'ERR_STREAMS', message: 'there are 0 streams already' },
  ]);
});

test('sends events as they are, without chunks, and ends with the connection', async () => {
  const streams = new EventStreams({ limit: 1 });
  const client = await openPaused(streams, 'x');
  streams.publish(change(3));
  streams.close();
  const response = await client.read();
  expect(response.slice(response.indexOf('\r\n\r\n') + 4)).toBe(
    'retry: 1000\n\nevent: first\ndata: "x"\n\nid: 1\nevent: change\ndata: "xxx"\n\nevent: bye\ndata: {}\n\n',
  );
});
