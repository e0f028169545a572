import { PassThrough } from 'node:stream';
import { Health } from '@podkit/chassis/http/health';
import { createMetrics } from '@podkit/chassis/http/metrics';
import { serveProbes } from '@podkit/chassis/http/probes';
import { createServer, listen } from '@podkit/chassis/http/server';
import { createLogger } from '@podkit/chassis/log/logger';
import { Lifecycle } from '@podkit/chassis/process/lifecycle';
import { onTestFinished } from 'vitest';
import { Adapter } from '../../src/adapter.ts';
import { parseAdapterConfig } from '../../src/config/load.ts';
import { protect } from '../../src/http/protect.ts';
import { serveAdapter } from '../../src/http/routes.ts';
import type { WebConfig } from '../../src/http/web-config.ts';

export type TestAdapter = {
  url: string;
  adapter: Adapter;
  /** Use another web configuration. */
  useWebConfig(web: WebConfig): void;
  /** GET a path of it. */
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  /** The lines of `/metrics` that begin with a text. */
  samples(beginning: string): Promise<string[]>;
};

/** Start an adapter with its HTTP server in this process, configured by YAML. It stops when the test ends. */
export async function startAdapter(
  yaml: string,
  { web, enableLifecycle = true }: { web?: WebConfig; enableLifecycle?: boolean } = {},
): Promise<TestAdapter> {
  const log = createLogger({ service: 'metrics-adapter', version: 'test', level: 'silent' });
  const { registry } = createMetrics({ service: 'metrics-adapter', version: 'test' });
  const lifecycle = new Lifecycle({ drainDelay: 0, shutdownTimeout: 5000 });
  const health = new Health();
  const streams = { stdin: new PassThrough(), stdout: new PassThrough() };
  const adapter = new Adapter({ config: parseAdapterConfig(yaml, 'test.yaml'), log, registry, ...streams });
  await adapter.start();
  const server = createServer({ log, lifecycle, tls: web?.tls });
  serveProbes(server, { health, lifecycle, drainReadiness: 'keep' });
  const useWebConfig = web === undefined ? () => undefined : await protect(server, web);
  serveAdapter(server, { adapter, health, reload: async () => undefined, enableLifecycle });
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
    useWebConfig,
    get,
    samples: async (beginning) => {
      const text = await (await get('/metrics')).text();
      return text.split('\n').filter((line) => line.startsWith(beginning));
    },
  };
}
