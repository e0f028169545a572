import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compare, median } from './load.ts';
import { type Bundles, bundle, startApp, startBare, startNginx } from './peers.ts';

// `npm run bench -- app [requests|files|start|memory|stop]`: ratios to a bare Fastify app and to nginx, in one run.
type Result = { what: string; measured: string; target: string; met: boolean };
type Setup = { folder: string; site: string; bundles: Bundles };

const sizes = { '1kB': 1000, '10kB': 10_000, '100kB': 100_000, '1MB': 1_000_000 };

async function requests({ site, bundles }: Setup): Promise<Result[]> {
  const [app, bare] = [await startApp(bundles.app, site), await startBare(bundles.bare)];
  const { rate, p99, ours, theirs } = await compare(`${app.url}/api/pod`, `${bare.url}/api/pod`);
  await Promise.all([app.stop(), bare.stop()]);
  const measured = `${rate.toFixed(2)} (${Math.round(ours)}/s to ${Math.round(theirs)}/s)`;
  return [
    { what: 'requests/s to bare Fastify', measured, target: '≥ 0.85', met: rate >= 0.85 },
    { what: 'p99 to bare Fastify', measured: p99.toFixed(2), target: '≤ 1/0.85', met: p99 <= 1 / 0.85 },
  ];
}

async function files({ folder, site, bundles }: Setup): Promise<Result[]> {
  const [app, nginx] = [await startApp(bundles.app, site), await startNginx(folder, site)];
  const plain = await startBare(bundles.bare, site);
  const results: Result[] = [];
  for (const name of Object.keys(sizes)) {
    const { rate, ours, theirs } = await compare(`${app.url}/${name}.bin`, `${nginx.url}/${name}.bin`, { seconds: 2 });
    const measured = `${rate.toFixed(2)} (${Math.round(ours)}/s to ${Math.round(theirs)}/s)`;
    results.push({ what: `${name} files/s to nginx with one worker`, measured, target: '≥ 0.5', met: rate >= 0.5 });
    const bare = await compare(`${app.url}/${name}.bin`, `${plain.url}/${name}.bin`, { seconds: 2 });
    const ratio = `${bare.rate.toFixed(2)} (${Math.round(bare.ours)}/s to ${Math.round(bare.theirs)}/s)`;
    const what = `${name} files/s to @fastify/static alone`;
    results.push({ what, measured: ratio, target: '≥ 0.5', met: bare.rate >= 0.5 });
  }
  await Promise.all([app.stop(), nginx.stop(), plain.stop()]);
  return results;
}

async function start({ site, bundles }: Setup): Promise<Result[]> {
  const times: { app: number; bare: number }[] = [];
  for (let round = 0; round < 11; round += 1) {
    const app = await startApp(bundles.app, site);
    await app.stop();
    const bare = await startBare(bundles.bare);
    await bare.stop();
    times.push({ app: app.startedMs, bare: bare.startedMs });
  }
  const ratio = median(times.map(({ app, bare }) => app / bare));
  const [app, bare] = [median(times.map((time) => time.app)), median(times.map((time) => time.bare))];
  const measured = `${ratio.toFixed(2)} (${Math.round(app)} ms to ${Math.round(bare)} ms)`;
  return [{ what: 'start to first answer, to bare Fastify', measured, target: '≤ 1.25', met: ratio <= 1.25 }];
}

async function memory({ site, bundles }: Setup): Promise<Result[]> {
  const app = await startApp(bundles.app, site);
  await sleep(5000);
  const status = readFileSync(`/proc/${app.child.pid}/status`, 'utf8');
  const megabytes = (Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024) / 1e6;
  await app.stop();
  return [{ what: 'idle RSS', measured: `${megabytes.toFixed(0)} MB`, target: '≤ 80 MB', met: megabytes <= 80 }];
}

/** One request that takes 500 ms is in flight when SIGTERM comes. */
async function stop({ site, bundles }: Setup): Promise<Result[]> {
  const [delay, longest] = [300, 500];
  const over: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const chaos = { CHAOS: 'true', APP_CHAOS_TOKEN: 'bench', DRAIN_DELAY: `${delay}ms` };
    const app = await startApp(bundles.app, site, chaos);
    const headers = { authorization: 'Bearer bench', 'content-type': 'application/json' };
    const body = JSON.stringify({ delay: `${longest}ms`, duration: '1m' });
    await fetch(`${app.admin}/api/chaos/latency`, { method: 'PUT', headers, body });
    const slow = request(`${app.url}/api/pod`, { agent: false }, (response) => response.resume()).end();
    await sleep(50);
    const began = performance.now();
    await app.stop();
    over.push(performance.now() - began - Math.max(delay, longest));
    slow.destroy();
  }
  const worst = Math.max(...over);
  const what = 'SIGTERM to exit beyond drain delay or longest request';
  return [{ what, measured: `${worst.toFixed(0)} ms at worst`, target: '≤ 100 ms', met: worst <= 100 }];
}

const cases: Record<string, (setup: Setup) => Promise<Result[]>> = { requests, files, start, memory, stop };
const folder = mkdtempSync(join(tmpdir(), 'podkit-bench-app-'));
const worktree = join(folder, '.worktrees', 'a'.repeat(40));
mkdirSync(worktree, { recursive: true });
// nginx's worker is another user.
chmodSync(folder, 0o755);
for (const [name, size] of Object.entries(sizes)) writeFileSync(join(worktree, `${name}.bin`), Buffer.alloc(size, 'x'));
symlinkSync(worktree, join(folder, 'current'));
try {
  const setup = { folder, site: join(folder, 'current'), bundles: await bundle(folder) };
  for (const [name, run] of Object.entries(cases)) {
    if (process.argv.length > 2 && !process.argv.includes(name)) continue;
    for (const { what, measured, target, met } of await run(setup))
      console.log(`${met ? 'ok  ' : 'MISS'} ${name}: ${what}: ${measured} (target ${target})`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
