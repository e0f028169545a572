import { createSocket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import { isWholePage } from './site.ts';
import { getState, saveState } from './state-client.ts';
import type { Subject } from './subject.ts';

const keys = 50;

/** Run the load of all clients until the signal aborts. It imitates normal use; it is no speed test. */
export async function runLoads(subject: Subject, signal: AbortSignal): Promise<void> {
  await Promise.all([
    repeat(signal, 20, () => visitSite(subject)),
    repeat(signal, 25, (turn) => saveNote(subject, turn)),
    repeat(signal, 25, () => readNote(subject)),
    repeat(signal, 25, (turn) => useState(subject, turn)),
    repeat(signal, 10, (turn) => useRedis(subject, turn)),
    repeat(signal, 1000, () => get(subject, 'scrape', subject.suite.url('adapter', '/metrics'))),
    ...[1, 2, 3].map(() => repeat(signal, 500, () => followConsole(subject, signal))),
    sendStatsd(subject, signal),
  ]);
}

async function repeat(signal: AbortSignal, pause: number, work: (turn: number) => Promise<unknown>): Promise<void> {
  for (let turn = 0; !signal.aborted; turn += 1) {
    await work(turn);
    await sleep(pause, undefined, { signal }).catch(() => undefined);
  }
}

const timeout = 10_000;

function get({ tally }: Subject, load: string, url: string): Promise<string | undefined> {
  return tally.count(load, async () => {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeout) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${load}: ${response.status} ${text.slice(0, 200)}`);
    return text;
  });
}

async function visitSite(subject: Subject): Promise<void> {
  const page = await get(subject, 'site', subject.suite.url('app', '/'));
  if (page !== undefined && !isWholePage(page)) subject.tally.torn.push(page.slice(0, 200));
}

function saveNote({ tally, suite, writes }: Subject, turn: number): Promise<void> {
  const id = `soak-${turn % keys}`;
  const text = `text ${turn}`;
  const save = () =>
    tally.count('notes', async () => {
      const response = await fetch(suite.url('app', `/api/notes/${id}`), {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ text }),
        signal: AbortSignal.timeout(timeout),
      });
      const answer = await response.text();
      if (!response.ok) throw new Error(`save: ${response.status} ${answer.slice(0, 200)}`);
      return true;
    });
  return writes.notes.write(id, text, async () => (await save()) === true);
}

async function readNote(subject: Subject): Promise<void> {
  const id = subject.writes.notes.keys[Math.floor(Math.random() * subject.writes.notes.keys.length)];
  if (id === undefined) return;
  await subject.tally.count('notes', async () => {
    const response = await fetch(subject.suite.url('app', `/api/notes/${id}`), {
      signal: AbortSignal.timeout(timeout),
    });
    await response.text();
    // Its first save may not be finished.
    if (!response.ok && response.status !== 404) throw new Error(`read: ${response.status}`);
  });
}

/** Use the notes' store through the Dapr API, without the app. */
async function useState({ tally, suite, writes, readSecret }: Subject, turn: number): Promise<void> {
  const key = `soak-state-${turn % keys}`;
  const value = `value ${turn}`;
  const client = () => ({
    url: suite.url('ambassador', ''),
    token: readSecret('ambassador-token'),
    signal: AbortSignal.timeout(timeout),
  });
  const save = () => tally.count('state', () => saveState(client(), key, value).then(() => true));
  await writes.state.write(key, value, async () => (await save()) === true);
  await tally.count('state', () => getState(client(), key));
}

async function useRedis({ tally, redis, writes }: Subject, turn: number): Promise<void> {
  const key = `soak:${turn % keys}`;
  const value = `value ${turn}`;
  await writes.redis.write(key, value, async () => (await tally.count('redis', () => redis.set(key, value))) === 'OK');
  await tally.count('redis', () => redis.get(key));
}

/** Hold a console stream open. Failing to open it is a failure; its end is not. */
async function followConsole({ tally, suite }: Subject, signal: AbortSignal): Promise<void> {
  const response = await tally.count('stream', async () => {
    const answer = await fetch(suite.url('app-admin', '/api/console/events'), { signal });
    if (!answer.ok) throw new Error(`stream: ${answer.status}`);
    return answer;
  });
  try {
    for await (const _ of response?.body ?? []);
  } catch {
    // The process or the soak ended.
  }
}

/** Send StatsD packets. UDP does not report packets that nobody receives. */
async function sendStatsd({ suite, tally }: Subject, signal: AbortSignal): Promise<void> {
  const { hostname, port } = new URL(suite.url('statsd', '/'));
  const socket = createSocket('udp4').on('error', () => undefined);
  await repeat(signal, 10, async () => {
    tally.requests.set('statsd', (tally.requests.get('statsd') ?? 0) + 1);
    socket.send('app.soak:1|c\napp.soak_ms:12|ms\n', Number(port), hostname);
  });
  socket.close();
}
