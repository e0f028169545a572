import { execFileSync } from 'node:child_process';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alertRules, dashboardQueries, impatientRules, selectorsOf } from './support/monitoring-files.ts';
import { hasPrometheus, type Prometheus, startPrometheus } from './support/prometheus.ts';
import { type Suite, startSuite } from './support/start-suite.ts';

if (!hasPrometheus)
  process.stdout.write('monitoring NOT TESTED: prometheus is missing; on Debian: apt-get install prometheus\n');

test.each([
  ['up == 0 and on (job, instance) present_over_time(adapter_up[1h])', ['up', 'adapter_up']],
  ['sum by (pod) (rate(a_total{status=~"5.."}[5m])) / b > 0.05', ['a_total{status=~"5.."}', 'b']],
  ['label_replace(changes(a[15m]) > 2, "service", "x", "", "")', ['a']],
])('the series that %s selects are found', (expr, selectors) => {
  expect(selectorsOf(expr)).toEqual(selectors);
});

describe.skipIf(!hasPrometheus)('a Prometheus that scrapes the metrics-adapter of the running suite', () => {
  let tmp: string;
  let suite: Suite;
  let prometheus: Prometheus;
  const fires = (alert: string) => waitFor(alert, async () => (await prometheus.firing()).includes(alert));
  /** A folder of the suite's run, such as `config`. */
  const folder = (name: string) => join(tmp, readdirSync(tmp).find((run) => run.startsWith('podkit-')) ?? '', name);
  const stopped: number[] = [];
  const hang = (script: string) => {
    const pid = childOf(suite.pid, script);
    process.kill(pid, 'SIGSTOP');
    stopped.push(pid);
  };

  beforeAll(async () => {
    tmp = mkdtempSync(join(tmpdir(), 'podkit-monitoring-'));
    suite = await startSuite(tmp);
    const { host } = new URL(suite.url('adapter', '/'));
    prometheus = await startPrometheus(mkdtempSync(join(tmp, 'prometheus-')), host, impatientRules());
    await useEverything(suite, readFileSync(join(folder('secrets'), 'ambassador-redis-password'), 'utf8').trim());
  });

  afterAll(async () => {
    prometheus?.stop();
    // A process that hangs would be waited for until its grace period is over.
    for (const pid of stopped) if (isAlive(pid)) process.kill(pid, 'SIGCONT');
    suite?.kill('SIGTERM');
    await suite?.exited;
    rmSync(tmp, { recursive: true, force: true, maxRetries: 5 });
  });

  test('raises no alert while the suite is well', async () => {
    await waitFor(
      'a scrape',
      async () => (await prometheus.query('git_sync_last_success_timestamp_seconds')).length > 0,
    );
    expect(await prometheus.firing()).toEqual([]);
  });

  test('has the metrics of all five services, separated by the label service', async () => {
    await waitFor('all builds', async () => (await prometheus.query('podkit_build_info')).length === 4);
    const builds = await prometheus.query('podkit_build_info or adapter_build_info');
    expect(builds.map(({ service = '' }) => service).toSorted((a, b) => a.localeCompare(b))).toEqual([
      'ambassador',
      'app',
      'downward-reader',
      'git-sync',
      'metrics-adapter',
    ]);
  });

  test('fires AdapterConfigRejected and AmbassadorConfigRejected when their files become wrong', async () => {
    for (const name of ['adapter', 'ambassador']) {
      const file = join(folder('config'), `${name}.yaml`);
      writeFileSync(file, `${readFileSync(file, 'utf8')}\nnoSuchKey: 1\n`);
    }
    expect(await Promise.all(['AdapterConfigRejected', 'AmbassadorConfigRejected'].map(fires))).toEqual([true, true]);
  });

  test('fires GitSyncStale when the repository is gone', async () => {
    renameSync(folder('git'), `${folder('git')}-gone`);
    expect(await fires('GitSyncStale')).toBe(true);
  });

  test('fires AmbassadorStoreDown, AmbassadorBreakerOpen and PodkitRequestsFailing when PostgreSQL hangs', async () => {
    hang('pglite-server.ts');
    const failing = new AbortController();
    const requests = keepFailing(suite.url('app', '/api/notes/broken'), failing.signal);
    const alerts = ['AmbassadorStoreDown', 'AmbassadorBreakerOpen', 'PodkitRequestsFailing'];
    expect(await Promise.all(alerts.map(fires))).toEqual([true, true, true]);
    failing.abort();
    await requests;
  });

  test('answers every query of every dashboard with series', async () => {
    const empty = await emptyOf(dashboardQueries().map(({ panel, expr }) => [panel, expr]));
    expect(empty).toEqual([]);
  });

  test('has the series that every alert looks at', async () => {
    const selectors = alertRules().groups.flatMap(({ rules }) =>
      rules.flatMap(({ alert, expr }) => selectorsOf(expr).map((selector): [string, string] => [alert, selector])),
    );
    expect(selectors.length).toBeGreaterThan(16);
    expect(await emptyOf(selectors)).toEqual([]);
  });

  test('fires DownwardFileUnreadable when a file of the volume leads nowhere', async () => {
    symlinkSync('nowhere', join(realpathSync(join(folder('podinfo'), '..data')), 'broken'));
    expect(await fires('DownwardFileUnreadable')).toBe(true);
  });

  test('fires PodkitSourceDown when a container hangs', async () => {
    hang('downward-reader/src/main.ts');
    expect(await fires('PodkitSourceDown')).toBe(true);
  });

  test('fires PodkitPodNotScraped when the metrics-adapter hangs', async () => {
    hang('metrics-adapter/src/main.ts');
    expect(await fires('PodkitPodNotScraped')).toBe(true);
  });

  async function emptyOf(queries: [string, string][]): Promise<string[]> {
    const answers = await Promise.all(
      queries.map(async ([name, expr]) => ({ name, expr, found: await prometheus.query(expr) })),
    );
    return answers.filter(({ found }) => found.length === 0).map(({ name, expr }) => `${name}: ${expr}`);
  }
});

/** A note, a page and a Redis command, so that there is something to count. */
async function useEverything(suite: Suite, password: string): Promise<void> {
  await fetch(suite.url('app', '/'));
  await fetch(suite.url('app', '/api/notes/first'), { method: 'PUT', body: 'first' });
  const { hostname, port } = new URL(suite.url('ambassador-redis', '/'));
  const socket = connect(Number(port), hostname);
  socket.end(`AUTH ${password}\r\nSET a 1\r\nGET a\r\nQUIT\r\n`);
  await socket.resume().toArray();
}

async function keepFailing(url: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) await fetch(url, { method: 'PUT', body: 'again' }).then((response) => response.arrayBuffer());
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The process of the suite that runs a script. */
function childOf(parent: number, script: string): number {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n');
  const found = lines
    .map((line) => line.trim().split(/\s+/))
    .find(([, ppid, ...args]) => Number(ppid) === parent && args.some((arg) => arg.endsWith(script)));
  if (found === undefined) throw new Error(`no process of the suite runs ${script}`);
  return Number(found[0]);
}
