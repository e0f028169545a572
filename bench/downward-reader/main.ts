import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, watch } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@podkit/chassis/testing/free-port';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { writeVolume } from '@podkit/downward/simulate';

// `npm run bench -- downward-reader`: how long a swap takes to reach a client of /events, against a bare fs.watch in the
// same run; memory and CPU at rest. Ratios, not verdicts. forms.ts has what `exec` and the image's form take.
const swaps = 200;
const reader = join(import.meta.dirname, '..', '..', 'services', 'downward-reader', 'src', 'main.ts');
const directory = mkdtempSync(join(tmpdir(), 'podkit-bench-'));
await writeVolume(directory, { labels: 'round="0"' });
const port = await freePort();
const env = {
  PATH: process.env.PATH ?? '',
  DOWNWARD_DIR: directory,
  PORT: String(port),
  DRAIN_DELAY: '0s',
  LOG_LEVEL: 'warn',
};
const child = spawn(process.execPath, [reader], { env, stdio: 'ignore' });

try {
  const url = `http://127.0.0.1:${port}`;
  await waitFor('the reader', async () => (await fetch(`${url}/readyz`)).ok);
  await latency(url, 1);
  await atRest();
  await latency(url, 1000);
} finally {
  child.kill('SIGTERM');
  rmSync(directory, { recursive: true, force: true });
}

/** Each client is a sample of each swap; `last` is when the slowest of them had it. */
async function latency(url: string, count: number): Promise<void> {
  const rounds = count === 1 ? swaps : 30;
  const seen = { value: '', events: [] as number[], watch: 0 };
  const watcher = watch(directory, (_type, name) => {
    if (name === '..data') seen.watch ||= performance.now();
  });
  const clients = await Promise.all(
    Array.from({ length: count }, () =>
      listenTo(url, (text) => text.includes(`"after":"${seen.value}"`) && seen.events.push(performance.now())),
    ),
  );
  const times: { event: number[]; last: number[]; watch: number[] } = { event: [], last: [], watch: [] };
  for (let round = 1; round <= rounds; round += 1) {
    Object.assign(seen, { value: `${count}-${round}`, events: [], watch: 0 });
    const began = performance.now();
    await writeVolume(directory, { labels: `round="${seen.value}"` });
    await waitFor('the event', () => seen.events.length === count && seen.watch > 0, { interval: 1 });
    times.event.push(...seen.events.map((at) => at - began));
    times.last.push(Math.max(...seen.events) - began);
    times.watch.push(seen.watch - began);
  }
  watcher.close();
  for (const client of clients) client.destroy();
  const [event, last, bare] = [summary(times.event), summary(times.last), summary(times.watch)];
  console.log(
    `${String(count).padStart(4)} clients: swap to event p50 ${event.p50} ms, p99 ${event.p99} ms, to the last client p50 ${last.p50} ms; ` +
      `bare fs.watch p50 ${bare.p50} ms, p99 ${bare.p99} ms; ratio p50 ${ratio(event.p50, bare.p50)}, p99 ${ratio(event.p99, bare.p99)}`,
  );
}

/** A bare socket: a thousand of Node's HTTP clients would take longer than the reader does, and be measured with it. */
function listenTo(url: string, onText: (text: string) => void): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const { hostname, port: number } = new URL(url);
    const socket = connect(Number(number), hostname, () => {
      socket.write(`GET /events HTTP/1.1\r\nhost: ${hostname}\r\n\r\n`);
    });
    socket.on('error', reject);
    socket.on('data', (bytes) => {
      const text = bytes.toString('latin1');
      onText(text);
      if (text.includes('event: document')) resolve(socket);
    });
  });
}

async function atRest(): Promise<void> {
  const before = usage();
  await new Promise((resolve) => setTimeout(resolve, 5000));
  const after = usage();
  console.log(
    `at rest                     ${after.rss} MB resident, ${(after.ticks - before.ticks) * 10} ms of CPU in 5 s`,
  );
}

/** Resident megabytes and clock ticks (10 ms) of the reader: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function usage(): { rss: number; ticks: number } {
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return { rss: Math.round((Number(fields[21]) * 4096) / 1e6), ticks: Number(fields[11]) + Number(fields[12]) };
}

function summary(values: number[]): { p50: number; p99: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) =>
    Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 10) / 10;
  return { p50: at(0.5), p99: at(0.99) };
}

function ratio(a: number, b: number): string {
  return (a / b).toFixed(2);
}
