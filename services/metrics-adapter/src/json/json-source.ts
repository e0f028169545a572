import { HttpClient } from '../fetch/client.ts';
import { withDefaults } from '../fetch/headers.ts';
import { type Collect, type PullContext, PullSource } from '../pull/pull-source.ts';
import type { JsonConfig } from './config.ts';
import { compileJsonMetrics } from './json-metrics.ts';
import { JsonModule } from './json-module.ts';
import type { ModuleConfig } from './module-config.ts';
import { parseJson } from './parse.ts';

/**
 * A source that fetches JSON. With `module`, that module defines how to fetch and read it.
 *
 * @throws {PodkitError} for a path that is none
 */
export function createJsonSource(config: JsonConfig, { limits, log, modules }: JsonContext): PullSource {
  const module = config.module === undefined ? undefined : modules[config.module];
  const { read, close } = module === undefined ? nativeReader(config) : moduleReader(config, new JsonModule(module));
  const { name, timeout } = config;
  return new PullSource({ name, limits, log, timeout, close, collect: read });
}

export type JsonContext = PullContext & { modules: Readonly<Record<string, ModuleConfig>> };
type Reader = { read: Collect; close: () => Promise<void> };

function nativeReader({ client: clientConfig, metrics, url, headers, body, maxBytes }: JsonConfig): Reader {
  const client = new HttpClient(clientConfig);
  const walk = compileJsonMetrics(metrics);
  const request = { url, headers: withDefaults(headers, { accept: 'application/json' }), body, maxBytes };
  return {
    close: () => client.close(),
    read: async (snapshot, { signal, onError }) =>
      walk(parseJson(await client.fetch({ ...request, signal })), snapshot, onError),
  };
}

function moduleReader({ url, maxBytes }: JsonConfig, module: JsonModule): Reader {
  return {
    close: () => module.close(),
    read: (snapshot, { signal, onError }) =>
      module.read({ url, parameters: new Map(), maxBytes, signal }, snapshot, onError),
  };
}
