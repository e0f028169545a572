import { readdirSync, readFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { writeVolume } from '@podkit/downward/simulate';
import { describe, expect, onTestFinished, test } from 'vitest';
import { eventsOf, startReader } from './support/reader-process.ts';

const metric = async (url: string, name: string) =>
  (await (await fetch(`${url}/metrics`)).text()).split('\n').find((line) => line.startsWith(`${name} `));

/** A client with a connection of its own that keeps what it hears. */
async function listenTo(url: string): Promise<{ heard: () => string; end: () => void }> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${url}/events`, { agent: false }, resolve).on('error', reject);
  });
  let heard = '';
  response.on('data', (chunk) => (heard += String(chunk))).on('error', () => undefined);
  return { heard: () => heard, end: () => response.destroy() };
}

const manyClients = (url: string, count: number) => Promise.all(Array.from({ length: count }, () => listenTo(url)));

/** Resident bytes, open files and inotify watches of a process: https://man7.org/linux/man-pages/man5/proc.5.html */
function usage(pid: number | undefined): { resident: number; files: number; watches: number } {
  const files = readdirSync(`/proc/${pid}/fdinfo`);
  const watches = files.flatMap(
    (name) => readFileSync(`/proc/${pid}/fdinfo/${name}`, 'utf8').match(/^inotify /gm) ?? [],
  );
  const resident = 1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  return { resident, files: files.length, watches: watches.length };
}

const swapUntil = async (dir: string, what: string, condition: () => Promise<boolean>) => {
  const big = 'x'.repeat(512 * 1024);
  const swap = async () => {
    await writeVolume(dir, { labels: `a="${big}${Date.now()}"` });
    return condition();
  };
  await waitFor(what, swap, { timeout: 15_000 });
};

describe('a thousand clients of /events', () => {
  test('all hear of a swap, and leave neither memory nor files nor watches behind', async () => {
    const dir = tempDir();
    await writeVolume(dir, { labels: 'round="0"' });
    // A small heap is swept often, so that what stays in memory is what is held, not what waits to be swept.
    const heap = '--max-old-space-size=40 --max-semi-space-size=2';
    const { url, service } = await startReader(dir, { LOG_LEVEL: 'warn', NODE_OPTIONS: heap });
    const before = usage(service.child.pid);
    const peaks: number[] = [];
    for (let round = 1; round <= 3; round += 1) {
      const clients = await manyClients(url, 1000);
      await waitFor('their number', async () => (await metric(url, 'downward_streams')) === 'downward_streams 1000');
      await writeVolume(dir, { labels: `round="${round}"` });
      const isNotified = (heard: string) => heard.includes('event: change') && heard.includes(`"after":"${round}"`);
      await waitFor('all to be notified', () => clients.every(({ heard }) => isNotified(heard())));
      const { resident, watches } = usage(service.child.pid);
      peaks.push(resident);
      expect(watches).toBe(before.watches);
      for (const { end } of clients) end();
      await waitFor('all to be gone', async () => (await metric(url, 'downward_streams')) === 'downward_streams 0');
    }
    await waitFor('the files', () => usage(service.child.pid).files <= before.files + 2);
    expect(Math.max(...peaks)).toBeLessThan(before.resident + 100e6);
    expect(peaks[2]).toBeLessThan((peaks[0] ?? 0) + 30e6);
  });

  test('are as many as the setting allows; the next one is asked to come back', async () => {
    const dir = tempDir();
    await writeVolume(dir, { labels: 'a="1"' });
    const { url } = await startReader(dir, { DOWNWARD_MAX_STREAMS: '20' });
    const clients = await manyClients(url, 20);
    const refused = await fetch(`${url}/events`);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    for (const { end } of clients) end();
  });
});

describe('a client that does not read', () => {
  test('is dropped with the reason, in its stream, in the log and as a metric, while others are served', async () => {
    const dir = tempDir();
    await writeVolume(dir, { labels: 'a="0"' });
    const { url, service } = await startReader(dir);
    const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined);
    onTestFinished(() => void socket.destroy());
    socket.pause().write('GET /events HTTP/1.1\r\nhost: a\r\n\r\n');
    const dropped = 'downward_dropped_clients_total{reason="buffer_full"}';
    await swapUntil(dir, 'the drop', async () => (await metric(url, dropped)) === `${dropped} 1`);
    const heard = await text(socket);
    expect(heard.slice(heard.lastIndexOf('event: '))).toMatch(
      /^event: error\ndata: {"code":"ERR_SLOW_CLIENT","reason":"buffer_full"/,
    );
    const line = await service.logged('the reason', ({ code }) => code === 'ERR_SLOW_CLIENT');
    expect(line).toMatchObject({ reason: 'buffer_full', address: '127.0.0.1', waiting: expect.any(Number) });
    expect((await fetch(`${url}/livez`)).status).toBe(200);
  });

  test('does not hold up the end of the service', async () => {
    const dir = tempDir();
    await writeVolume(dir, { labels: `a="${'x'.repeat(8 * 1024 * 1024)}"` });
    const { url, service } = await startReader(dir);
    const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined);
    onTestFinished(() => void socket.destroy());
    socket.pause().write('GET /events HTTP/1.1\r\nhost: a\r\n\r\n');
    await waitFor('the client', async () => (await metric(url, 'downward_streams')) === 'downward_streams 1');
    expect(await service.stop()).toEqual({ code: 0, signal: null });
  });
});

test('lets its clients go when the service stops', async () => {
  const dir = tempDir();
  await writeVolume(dir, { labels: 'a="1"' });
  const { url, service } = await startReader(dir);
  const events = eventsOf(await fetch(`${url}/events`));
  await events.next();
  expect(await service.stop()).toEqual({ code: 0, signal: null });
  expect((await events.next()).value).toMatchObject({ event: 'bye' });
});
