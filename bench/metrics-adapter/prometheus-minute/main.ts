import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checks, firstScrape } from './checks.ts';
import { startAdapter, startPrometheus } from './processes.ts';
import { startProducers } from './producers.ts';

/**
 * `npm run bench -- metrics-adapter/prometheus-minute [seconds]`: a real Prometheus scrapes the adapter each second, for a
 * minute. Meanwhile an application changes the values of every kind of source and rotates its logs. Prints one line per check,
 * and exits with 1 if one fails.
 */
const seconds = Number(process.argv[2] ?? 60);
const folder = mkdtempSync(join(tmpdir(), 'podkit-minute-'));
const closers: (() => Promise<void> | void)[] = [() => rmSync(folder, { recursive: true })];
const close = async () => {
  for (let next = closers.pop(); next !== undefined; next = closers.pop()) await next();
};
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void close().finally(() => process.exit(1)));
try {
  const producers = await startProducers(folder);
  closers.push(() => producers.stop());
  const adapter = await startAdapter(folder, producers);
  closers.push(() => adapter.stop());
  await producers.feed();
  const prometheus = await startPrometheus(folder, adapter.url);
  closers.push(() => prometheus.stop());
  await firstScrape(prometheus);
  await sleep((seconds * 1000) / 2);
  producers.rotate();
  await sleep((seconds * 1000) / 2);
  for (const { what, measured, met } of await checks({ adapter, prometheus, seconds, emitted: producers.halt() })) {
    console.log(`${met ? 'ok  ' : 'MISS'} ${what}: ${measured}`);
    if (!met) process.exitCode = 1;
  }
} finally {
  await close();
}
