import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@podkit/chassis/testing/free-port';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { writeVolume } from '@podkit/downward/simulate';

// node bench/downward-reader/main.ts: how long a swap takes to reach a client of /events, against a bare fs.watch in the
// same run; what `exec` adds before the program runs, against `node -e 0`; memory and CPU at rest. Ratios, not verdicts.
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
  await latency(url);
  await atRest();
  launch();
} finally {
  child.kill('SIGTERM');
  rmSync(directory, { recursive: true, force: true });
}

async function latency(url: string): Promise<void> {
  const seen = { event: 0, watch: 0 };
  const watcher = watch(directory, (_type, name) => {
    if (name === '..data') seen.watch ||= performance.now();
  });
  const response = await fetch(`${url}/events`);
  void (async () => {
    for await (const chunk of response.body ?? []) {
      if (Buffer.from(chunk).toString().includes('event: change')) seen.event ||= performance.now();
    }
  })().catch(() => undefined);
  const times: { event: number[]; watch: number[] } = { event: [], watch: [] };
  for (let round = 1; round <= swaps; round += 1) {
    [seen.event, seen.watch] = [0, 0];
    const began = performance.now();
    await writeVolume(directory, { labels: `round="${round}"` });
    await waitFor('the event', () => seen.event > 0 && seen.watch > 0, { interval: 1 });
    times.event.push(seen.event - began);
    times.watch.push(seen.watch - began);
  }
  watcher.close();
  const [event, bare] = [summary(times.event), summary(times.watch)];
  console.log(`swap to event at a client   p50 ${event.p50} ms, p99 ${event.p99} ms`);
  console.log(
    `swap to bare fs.watch       p50 ${bare.p50} ms, p99 ${bare.p99} ms   ratio p50 ${ratio(event.p50, bare.p50)}`,
  );
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

function launch(): void {
  const rounds = Array.from({ length: 10 }, () => ({
    exec: run([reader, 'exec', '--', 'true']),
    bare: run(['-e', '0']),
  }));
  const [exec, bare] = [summary(rounds.map((round) => round.exec)), summary(rounds.map((round) => round.bare))];
  console.log(
    `exec until the program runs p50 ${exec.p50} ms, node -e 0 ${bare.p50} ms   ratio ${ratio(exec.p50, bare.p50)}`,
  );
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

function run(args: string[]): number {
  const began = performance.now();
  spawnSync(process.execPath, args, { env });
  return performance.now() - began;
}
