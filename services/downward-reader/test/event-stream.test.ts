import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { expect, it, onTestFinished } from 'vitest';
import { type Drop, EventStreams } from '../src/http/event-stream.ts';

/** A stream on a real connection whose client reads nothing until it is told to. */
async function openPaused(
  streams: EventStreams,
  first: string,
): Promise<{ read: () => Promise<string>; connections: () => Promise<number> }> {
  const server = createServer((_request, response: ServerResponse) => streams.open(response, first)).listen(0);
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  socket.pause().write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
  await waitFor('the stream', () => streams.counts.open === 1);
  return { read: () => text(socket), connections: promisify(server.getConnections.bind(server)) };
}

const change = (size: number) => ({
  id: 1,
  at: 0,
  changes: [{ name: 'a', before: undefined, after: 'x'.repeat(size) }],
});

it('drops as stalled a client that takes nothing of what waits for it', async () => {
  const drops: Drop[] = [];
  const streams = new EventStreams({ limit: 1, heartbeat: 20, patience: 60_000, onDrop: (drop) => drops.push(drop) });
  onTestFinished(() => streams.close());
  const client = await openPaused(streams, 'x'.repeat(16 * 2 ** 20));
  await waitFor('the drop', () => drops.length > 0);
  expect(drops).toMatchObject([{ reason: 'stalled' }]);
  expect(streams.counts).toMatchObject({ open: 0, dropped: { stalled: 1, buffer_full: 0 } });
  expect(await client.read()).toContain('"reason":"stalled"');
});

it('keeps a client through one event that is longer than the bound', async () => {
  const streams = new EventStreams({ limit: 1, mostWaiting: 1000 });
  onTestFinished(() => streams.close());
  await openPaused(streams, 'x'.repeat(16 * 2 ** 20));
  streams.send(change(10));
  expect(streams.counts).toMatchObject({ open: 1, dropped: { buffer_full: 0 } });
  streams.send(change(2000));
  streams.send(change(2000));
  expect(streams.counts).toMatchObject({ open: 0, dropped: { buffer_full: 1 } });
});

it('ends the connection of a dropped client that does not even take the reason', async () => {
  const streams = new EventStreams({ limit: 1, mostWaiting: 1000, patience: 20 });
  onTestFinished(() => streams.close());
  const client = await openPaused(streams, 'x'.repeat(16 * 2 ** 20));
  for (let round = 1; round <= 3; round += 1) streams.send(change(16 * 2 ** 20));
  expect(streams.counts.open).toBe(0);
  await waitFor('the end of the connection', async () => (await client.connections()) === 0);
});
