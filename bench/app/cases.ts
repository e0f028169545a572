import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { alternate, type Bench, type Case } from '../core/bench.ts';
import type { Running } from '../core/process.ts';
import { packageVersion, requireProgram } from '../core/programs.ts';
import { type Growth, growth, type Row, row } from '../core/row.ts';
import { fileName, makeSite, sizes, startApp, startBare, startNginx } from './peers.ts';
import { load } from './wrk.ts';

/** Requests for one route, sent by wrk on 50 connections. */
async function requests(bench: Bench): Promise<Row[]> {
  requireProgram('wrk', '-v');
  await using app = await startApp(bench);
  await using bare = await startBare(bench);
  const { ours, theirs } = await alternate({
    ours: () => load(app, '/api/pod', 2),
    theirs: () => load(bare, '/api/pod', 2),
  });
  const peer = packageVersion('fastify');
  const make = (figure: keyof (typeof ours)[number]) => ({
    ours: ours.map((one) => one[figure]),
    peer: { name: peer, figures: theirs.map((one) => one[figure]) },
  });
  return [
    row({ work: 'GET /api/pod', unit: '/s', ...make('perSecond'), goal: { of: 'ratio', atLeast: 0.85 } }),
    row({ work: '99th percentile', unit: 'ms', ...make('p99Ms'), goal: { of: 'ratio', atMost: 1.18 } }),
    row({ work: 'CPU time per request', unit: 'µs', ...make('cpuUs') }),
  ];
}

/** Requests for files of four sizes. The peer is a static file server. */
async function files(bench: Bench, name: string, startPeer: (site: string) => Promise<Running>): Promise<Row[]> {
  requireProgram('wrk', '-v');
  const site = makeSite(bench.folder);
  await using app = await startApp(bench, site);
  await using peer = await startPeer(site);
  const rows: Row[] = [];
  for (const size of Object.keys(sizes)) {
    const { ours, theirs } = await alternate({
      ours: () => load(app, fileName(size), 1),
      theirs: () => load(peer, fileName(size), 1),
    });
    rows.push(
      row({
        work: `GET a file of ${size}`,
        unit: '/s',
        ours: ours.map(({ perSecond }) => perSecond),
        peer: { name, figures: theirs.map(({ perSecond }) => perSecond) },
        goal: { of: 'ratio', atLeast: 0.5 },
      }),
    );
  }
  return rows;
}

async function startedMs(starting: Promise<Running>): Promise<number> {
  await using running = await starting;
  return running.startedMs;
}

/** The time from the start of the process to its first response. */
async function start(bench: Bench): Promise<Row[]> {
  const { ours, theirs } = await alternate(
    {
      ours: () => startedMs(startApp(bench)),
      theirs: () => startedMs(startBare(bench)),
    },
    11,
  );
  const peer = { name: packageVersion('fastify'), figures: theirs };
  return [row({ work: 'start to first response', unit: 'ms', ours, peer, goal: { of: 'ratio', atMost: 1.25 } })];
}

/** SIGTERM while a request of 500 ms is in flight: the time until exit, minus the longer of the request and the drain delay. */
async function stop(bench: Bench): Promise<Row[]> {
  const delay = 300;
  const longest = 500;
  const { ours } = await alternate({
    ours: async () => {
      const chaos = { CHAOS: 'true', APP_CHAOS_TOKEN: 'bench', DRAIN_DELAY: `${delay}ms` };
      await using app = await startApp(bench, '/nonexistent', chaos);
      const headers = { authorization: 'Bearer bench', 'content-type': 'application/json' };
      const body = JSON.stringify({ delay: `${longest}ms`, duration: '1m' });
      await fetch(`http://127.0.0.1:${app.adminPort}/api/chaos/latency`, { method: 'PUT', headers, body });
      const slow = request({ port: app.port, path: '/api/pod', agent: false }, (response) => response.resume()).end();
      await sleep(50);
      const began = performance.now();
      await app.stop();
      slow.destroy();
      return performance.now() - began - Math.max(delay, longest);
    },
  });
  return [
    row({ work: 'from SIGTERM to exit, beyond the request', unit: 'ms', ours, goal: { of: 'ours', atMost: 100 } }),
  ];
}

/** The cost of a request with a growing number of connections. */
async function connections(bench: Bench): Promise<Growth[]> {
  requireProgram('wrk', '-v');
  await using app = await startApp(bench);
  await load(app, '/api/pod', 2);
  const costs: Growth['costs'] = [];
  for (const size of [5, 50, 500]) costs.push({ size, cost: (await load(app, '/api/pod', 3, size)).cpuUs });
  return [growth('a GET /api/pod, by connections', 'µs of CPU', costs)];
}

export const cases: Record<string, Case<Row | Growth>> = {
  requests,
  'files-nginx': (bench) =>
    files(bench, `${requireProgram('nginx', '-v')}, one worker`, (site) => startNginx(bench, site)),
  'files-static': (bench) => files(bench, packageVersion('@fastify/static'), (site) => startBare(bench, site)),
  start,
  stop,
  connections,
};
