import { cpuUsage, memoryUsage, uptime } from 'node:process';
import type { RequestStats } from './request-stats.ts';

/** What `/stats` says of any server: counts since the start and gauges now. Times are seconds, sizes bytes. */
export function describeStats(requests: RequestStats, inFlight: number): Record<string, unknown> {
  const memory = memoryUsage();
  const cpu = cpuUsage();
  return {
    requests: requests.snapshot(),
    inFlight,
    uptimeSeconds: uptime(),
    process: {
      rssBytes: memory.rss,
      heapUsedBytes: memory.heapUsed,
      heapTotalBytes: memory.heapTotal,
      externalBytes: memory.external,
      cpuUserSeconds: cpu.user / 1e6,
      cpuSystemSeconds: cpu.system / 1e6,
    },
  };
}
