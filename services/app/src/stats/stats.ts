import { cpuUsage, memoryUsage, uptime } from 'node:process';
import type { RequestCount } from '@podkit/chassis/http/http-metrics';

/** The general part of `/stats`: counts since the start, and gauges. Times are seconds, sizes bytes. */
export function describeStats(byRoute: readonly RequestCount[], inFlight: number): Record<string, unknown> {
  const memory = memoryUsage();
  const cpu = cpuUsage();
  return {
    requests: { total: byRoute.reduce((sum, { count }) => sum + count, 0), byRoute },
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
