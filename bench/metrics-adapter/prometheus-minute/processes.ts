import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@podkit/chassis/testing/free-port';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { adapterConfig } from './sources.ts';

const main = join(import.meta.dirname, '..', '..', '..', 'services', 'metrics-adapter', 'src', 'main.ts');

/** A started process: its address, its output, and how to stop it. */
export type Running = { url: string; output: () => string; stop(): Promise<void> };

export async function startAdapter(folder: string, producers: { app: string; statsd: number }): Promise<Running> {
  const config = join(folder, 'adapter.yaml');
  writeFileSync(config, adapterConfig(folder, producers));
  const port = await freePort();
  const env = { HOST: '127.0.0.1', PORT: String(port), DRAIN_DELAY: '0s', LOG_LEVEL: 'warn' };
  const child = spawn(process.execPath, [main, '--config', config], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  return answering(child, `http://127.0.0.1:${port}`, '/readyz');
}

/** Start a Prometheus that scrapes each second. It asks for protobuf, which carries native histograms, and keeps exemplars. */
export async function startPrometheus(folder: string, target: string): Promise<Running> {
  const config = join(folder, 'prometheus.yml');
  const scrape = `{ job_name: pod, static_configs: [{ targets: ['${new URL(target).host}'] }] }`;
  writeFileSync(config, `global: { scrape_interval: 1s, scrape_timeout: 1s }\nscrape_configs: [${scrape}]\n`);
  const port = await freePort();
  const flags = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${folder}/data`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--enable-feature=native-histograms,exemplar-storage',
  ];
  const child = spawn('prometheus', flags, { stdio: ['ignore', 'pipe', 'pipe'] });
  return answering(child, `http://127.0.0.1:${port}`, '/-/ready');
}

async function answering(child: ChildProcess, url: string, path: string): Promise<Running> {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (output += String(text)));
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  };
  const failed = once(child, 'error').then(([cause]) => {
    throw new Error(`${child.spawnfile} cannot be started; is it installed?`, { cause });
  });
  const ready = waitFor(`${child.spawnfile} at ${url}${path}`, async () => (await fetch(url + path)).ok);
  failed.catch(() => {});
  try {
    await Promise.race([ready, failed]);
  } catch (cause) {
    if (child.pid !== undefined) await stop();
    throw new Error(`${child.spawnfile} did not become ready; it wrote: ${output}`, { cause });
  }
  return { url, output: () => output, stop };
}
