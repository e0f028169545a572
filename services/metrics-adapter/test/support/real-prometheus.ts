import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@podkit/chassis/testing/free-port';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { onTestFinished } from 'vitest';

export type QueryResult = { metric: Record<string, string>; value: [number, string] };
type Target = { labels: { job: string }; lastError: string };

export type RealPrometheus = {
  query(expression: string): Promise<QueryResult[]>;
  /** Of each job: why its last scrape failed, '' where it did not. */
  lastErrors(): Promise<Record<string, string>>;
};

/**
 * A real Prometheus that scrapes one address each second, asking for protobuf and so for native histograms. `jobs` are
 * paths with their query by the job's name.
 */
export async function startPrometheus(
  address: string,
  jobs: Record<string, string> = { pod: '/metrics' },
): Promise<RealPrometheus> {
  const folder = tempDir();
  const port = await freePort();
  const config = join(folder, 'prometheus.yml');
  const scrapes = Object.entries(jobs).map(([job, where]) => {
    const { pathname, searchParams } = new URL(where, address);
    const params = Object.fromEntries([...searchParams].map(([name, value]) => [name, [value]]));
    const targets = [new URL(address).host];
    return { job_name: job, metrics_path: pathname, params, static_configs: [{ targets }] };
  });
  const global = { scrape_interval: '1s', scrape_timeout: '1s' };
  writeFileSync(config, JSON.stringify({ global, scrape_configs: scrapes }));
  const flags = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${folder}/data`,
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  if (spawnSync('prometheus', ['--version']).error)
    throw new Error('prometheus cannot be started; install it (Debian: apt-get install prometheus)');
  const child = spawn('prometheus', [...flags, '--enable-feature=native-histograms'], { stdio: 'ignore' });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null) await once(child, 'exit');
  });
  const get = async <Data>(path: string) => {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`);
    return ((await response.json()) as { data: Data }).data;
  };
  return {
    query: async (expression) =>
      (await get<{ result: QueryResult[] }>(`query?query=${encodeURIComponent(expression)}`)).result,
    lastErrors: async () => {
      const { activeTargets } = await get<{ activeTargets: Target[] }>('targets');
      return Object.fromEntries(activeTargets.map(({ labels, lastError }) => [labels.job, lastError]));
    },
  };
}
