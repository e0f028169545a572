import { setTimeout as sleep } from 'node:timers/promises';
import type { Subject } from './subject.ts';

type Share = { what: string; share: number; enough: boolean };

/** Call `run`, and return which share of what was sent meanwhile the adapter's metrics counted. The adapter must not restart. */
export async function countedShares(subject: Subject, run: () => Promise<void>): Promise<Share[]> {
  const before = await read(subject);
  await run();
  // The adapter reads logs at intervals.
  await sleep(2000);
  const after = await read(subject);
  const share = (counted: 'lines' | 'packets', sent: 'requests' | 'sent') =>
    (after[counted] - before[counted]) / (after[sent] - before[sent]);
  // Not exactly 1: requests continue while both sides are read, and a full socket buffer drops packets.
  return [
    { what: 'lines of the access log', share: share('lines', 'requests') },
    { what: 'StatsD packets', share: share('packets', 'sent') },
  ].map((each) => ({ ...each, enough: each.share > 0.98 && each.share < 1.02 }));
}

async function read({ suite, tally }: Subject) {
  const text = await (await fetch(suite.url('adapter', '/metrics'))).text();
  const stats = (await (await fetch(suite.url('app-admin', '/stats'))).json()) as {
    requests: { byRoute: { count: number }[] };
  };
  return {
    lines: sumSamples(text, 'access_log_lines_total'),
    packets: sumSamples(text, 'statsd_app_soak'),
    requests: stats.requests.byRoute.reduce((sum, { count }) => sum + count, 0),
    sent: tally.requests.get('statsd') ?? 0,
  };
}

function sumSamples(text: string, metric: string): number {
  const samples = text.matchAll(new RegExp(`^${metric}(?:\\{.*\\})? (\\S+)`, 'gm'));
  return [...samples].reduce((sum, [, value]) => sum + Number(value), 0);
}
