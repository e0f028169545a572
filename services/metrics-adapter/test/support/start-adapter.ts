import { PassThrough } from 'node:stream';
import { Health } from '@podkit/chassis/http/health';
import { createMetrics } from '@podkit/chassis/http/metrics';
import { addLifecycleChecks } from '@podkit/chassis/http/probes';
import { createServer, listen } from '@podkit/chassis/http/server';
import { createLogger } from '@podkit/chassis/log/logger';
import { Lifecycle } from '@podkit/chassis/process/lifecycle';
import { onTestFinished } from 'vitest';
import { Adapter } from '../../src/adapter.ts';
import { parseAdapterConfig } from '../../src/config/load.ts';
import { serveAdapter } from '../../src/http.ts';

export type TestAdapter = {
  url: string;
  adapter: Adapter;
  /** GET a path of it. */
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  /** The lines of `/metrics` that begin with a text, comments left out. */
  samples(beginning: string): Promise<string[]>;
};

/** An adapter with its HTTP server in this process, configured by YAML, gone with the test. */
export async function startAdapter(yaml: string): Promise<TestAdapter> {
  const log = createLogger({ service: 'metrics-adapter', version: 'test', level: 'silent' });
  const { registry } = createMetrics({ service: 'metrics-adapter', version: 'test' });
  const lifecycle = new Lifecycle({ drainDelay: 0, shutdownTimeout: 5000 });
  const health = new Health();
  addLifecycleChecks({ health, lifecycle, drainReadiness: 'keep' });
  const streams = { stdin: new PassThrough(), stdout: new PassThrough() };
  const adapter = new Adapter({ config: parseAdapterConfig(yaml, 'test.yaml'), log, registry, ...streams });
  await adapter.start();
  const server = createServer({ log, lifecycle });
  serveAdapter(server, { adapter, health, reload: async () => undefined, enableLifecycle: true });
  const url = await listen(server, { host: '127.0.0.1', port: 0, setting: 'PORT' });
  lifecycle.markStarted();
  onTestFinished(async () => {
    await server.close();
    await adapter.stop();
  });
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${url}${path}`, { headers: { 'accept-encoding': 'identity', ...headers } });
  return {
    url,
    adapter,
    get,
    samples: async (beginning) => {
      const text = await (await get('/metrics')).text();
      return text.split('\n').filter((line) => line.startsWith(beginning));
    },
  };
}
