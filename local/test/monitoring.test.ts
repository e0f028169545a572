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
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { alertRules, dashboardQueries, findSelectors, impatientRules } from './support/monitoring-files.ts';
import { hasPrometheus, type Prometheus, startPrometheus } from './support/prometheus.ts';
import { type Suite, startSuite } from './support/start-suite.ts';
import {
  findChild,
  isAlive,
  keepFailing,
  keepOverflowing,
  keepPausing,
  sendLongPaths,
  startVerifyingGitSync,
  useEverything,
} from './support/suite-faults.ts';

if (!hasPrometheus)
  process.stdout.write('monitoring NOT TESTED: prometheus is missing; on Debian: apt-get install prometheus\n');

test.each([
  ['up == 0 and on (job, instance) present_over_time(adapter_up[1h])', ['up', 'adapter_up']],
  ['sum by (pod) (rate(a_total{status=~"5.."}[5m])) / b > 0.05', ['a_total{status=~"5.."}', 'b']],
  ['label_replace(changes(a[15m]) > 2, "service", "x", "", "")', ['a']],
])('the series that %s selects are found', (expr, selectors) => {
  expect(findSelectors(expr)).toEqual(selectors);
});

const chaosToken = 'a-token-for-tests';

describe.skipIf(!hasPrometheus)('a Prometheus that scrapes the metrics-adapter of the running suite', () => {
  let tmp: string;
  let suite: Suite;
  let prometheus: Prometheus;
  const fires = (alert: string) => waitFor(alert, async () => (await prometheus.firing()).includes(alert));
  /** A folder of the suite's run, such as `config`. */
  const folder = (name: string) => join(tmp, readdirSync(tmp).find((run) => run.startsWith('podkit-')) ?? '', name);
  const stopped: number[] = [];
  const hang = (script: string) => {
    const pid = findChild(suite.pid, script);
    process.kill(pid, 'SIGSTOP');
    stopped.push(pid);
  };

  beforeAll(async () => {
    tmp = mkdtempSync(join(tmpdir(), 'podkit-monitoring-'));
    suite = await startSuite(tmp, [`--chaos-token=${chaosToken}`]);
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

  test('fires PodkitEventLoopBlocked when the app is stopped for most of each second', async () => {
    const pid = findChild(suite.pid, 'app/src/main.ts');
    const blocked = new AbortController();
    const pauses = keepPausing(pid, blocked.signal);
    expect(await fires('PodkitEventLoopBlocked')).toBe(true);
    blocked.abort();
    await pauses;
  });

  test('fires PodkitMemoryNearLimit when the app holds as much memory as its limit', async () => {
    const fill = await fetch(suite.url('app-admin', '/api/chaos/memory'), {
      method: 'PUT',
      headers: { authorization: `Bearer ${chaosToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ size: '256Mi', duration: '10m' }),
    });
    expect(fill.status).toBe(200);
    expect(await fires('PodkitMemoryNearLimit')).toBe(true);
  });

  test('fires PodkitContainerRestarting when a container is killed and comes back', async () => {
    process.kill(findChild(suite.pid, 'downward-reader/src/main.ts'), 'SIGKILL');
    expect(await fires('PodkitContainerRestarting')).toBe(true);
  });

  test('fires PodkitLogLinesDropped when nobody reads more than 16 MiB of output', async () => {
    process.kill(suite.pid, 'SIGSTOP');
    stopped.push(suite.pid);
    await sendLongPaths(suite.url('app', '/api/none/'), 20 * 1024 * 1024);
    process.kill(suite.pid, 'SIGCONT');
    expect(await fires('PodkitLogLinesDropped')).toBe(true);
  });

  test('fires GitSyncCommitHeldBack when no trusted key has signed the commit', async () => {
    const port = await startVerifyingGitSync(join(folder('git'), 'site.git'));
    const file = join(folder('config'), 'adapter.yaml');
    const before = readFileSync(file, 'utf8');
    const config = parse(before) as { prometheus: object[] };
    config.prometheus.push({ name: 'verifying', url: `http://127.0.0.1:${port}/metrics` });
    writeFileSync(file, stringify(config));
    expect(await fires('GitSyncCommitHeldBack')).toBe(true);
    // This git-sync has never synced and is stopped now. Later tests wait for the alerts that this raises.
    writeFileSync(file, before);
    for (const alert of ['GitSyncStale', 'PodkitSourceDown'])
      await waitFor(`no ${alert}`, async () => !(await prometheus.firing()).includes(alert));
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
    const empty = await findEmpty(dashboardQueries().map(({ panel, expr }) => [panel, expr]));
    expect(empty).toEqual([]);
  });

  test('has the series that every alert looks at', async () => {
    const selectors = alertRules().groups.flatMap(({ rules }) =>
      rules.flatMap(({ alert, expr }) => findSelectors(expr).map((selector): [string, string] => [alert, selector])),
    );
    expect(selectors.length).toBeGreaterThan(16);
    expect(await findEmpty(selectors)).toEqual([]);
  });

  test('fires DownwardFileUnreadable, and DownwardLimitsMismatch for the warning, when a file of the volume leads nowhere', async () => {
    symlinkSync('nowhere', join(realpathSync(join(folder('podinfo'), '..data')), 'broken'));
    expect(await Promise.all(['DownwardFileUnreadable', 'DownwardLimitsMismatch'].map(fires))).toEqual([true, true]);
  });

  test('fires PodkitSourceDown when a container hangs', async () => {
    hang('downward-reader/src/main.ts');
    expect(await fires('PodkitSourceDown')).toBe(true);
  });

  test('fires AdapterSeriesOverflow when a label has more values than the limit', async () => {
    const sending = new AbortController();
    const packets = keepOverflowing(new URL(suite.url('statsd', '/')), sending.signal);
    expect(await fires('AdapterSeriesOverflow')).toBe(true);
    sending.abort();
    await packets;
  });

  test('fires PodkitPodNotScraped when the metrics-adapter hangs', async () => {
    hang('metrics-adapter/src/main.ts');
    expect(await fires('PodkitPodNotScraped')).toBe(true);
  });

  async function findEmpty(queries: [string, string][]): Promise<string[]> {
    const responses = await Promise.all(
      queries.map(async ([name, expr]) => ({ name, expr, found: await prometheus.query(expr) })),
    );
    return responses.filter(({ found }) => found.length === 0).map(({ name, expr }) => `${name}: ${expr}`);
  }
});
