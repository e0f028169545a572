import type { RequestStats } from './request-stats.ts';

/** Things that can be counted at any moment, each by a function. */
export type Gauges = Record<string, () => number>;

export type StatsSources = {
  requests: RequestStats;
  inFlight: () => number;
  /** Numbers by group, such as `notes` or `shed`. */
  groups: Record<string, Gauges>;
};

/** What `/stats` says: counts since the start and gauges now. Times are seconds, sizes bytes. */
export function statsOf({ requests, inFlight, groups }: StatsSources): Record<string, unknown> {
  const memory = process.memoryUsage();
  const cpu = process.cpuUsage();
  return {
    requests: requests.snapshot(),
    inFlight: inFlight(),
    uptimeSeconds: process.uptime(),
    ...Object.fromEntries(Object.entries(groups).map(([name, gauges]) => [name, read(gauges)])),
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

const read = (gauges: Gauges) => Object.fromEntries(Object.entries(gauges).map(([name, gauge]) => [name, gauge()]));
