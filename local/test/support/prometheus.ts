import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@podkit/chassis/testing/free-port';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { stringify } from 'yaml';

export const hasPrometheus = spawnSync('prometheus', ['--version']).error === undefined;

type Answer<Data> = { status: string; error?: string; data: Data };
type Vector = { result: { metric: Record<string, string> }[] };
type Alerts = { alerts: { state: string; labels: Record<string, string> }[] };

export type Prometheus = {
  /** The series that an expression finds now. @throws with Prometheus' own words where it is none */
  query(expr: string): Promise<Record<string, string>[]>;
  /** Names of the alerts that fire now. */
  firing(): Promise<string[]>;
  stop(): void;
};

/** A real Prometheus that scrapes one target each second, with the labels that compose/prometheus.yaml gives it. */
export async function startPrometheus(folder: string, target: string, rules: unknown): Promise<Prometheus> {
  writeFileSync(join(folder, 'alerts.yaml'), stringify(rules));
  writeFileSync(join(folder, 'prometheus.yaml'), stringify(createConfig(target)));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const flags = [`--config.file=${join(folder, 'prometheus.yaml')}`, `--storage.tsdb.path=${join(folder, 'data')}`];
  const child = spawn('prometheus', [...flags, `--web.listen-address=127.0.0.1:${port}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-10_000);
  });
  await waitFor('Prometheus', async () => (await fetch(`${url}/-/ready`)).ok).catch((cause) => {
    child.kill('SIGKILL');
    throw new Error(`Prometheus did not start:\n${output}`, { cause });
  });
  const ask = async <Data>(path: string): Promise<Data> => {
    const { status, error, data } = (await (await fetch(url + path)).json()) as Answer<Data>;
    if (status !== 'success') throw new Error(`${path}: ${error}`);
    return data;
  };
  return {
    query: async (expr) => {
      const { result } = await ask<Vector>(`/api/v1/query?query=${encodeURIComponent(expr)}`);
      return result.map(({ metric }) => metric);
    },
    firing: async () => {
      const { alerts } = await ask<Alerts>('/api/v1/alerts');
      return alerts.filter(({ state }) => state === 'firing').map(({ labels }) => labels.alertname ?? '');
    },
    stop: () => void child.kill('SIGKILL'),
  };
}

const createConfig = (target: string) => ({
  global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
  rule_files: ['alerts.yaml'],
  scrape_configs: [
    {
      job_name: 'podkit',
      static_configs: [{ targets: [target], labels: { namespace: 'default', pod: 'podkit-0' } }],
    },
  ],
});
