import { type PullContext, PullSource } from '../pull/pull-source.ts';
import type { JsonConfig } from './config.ts';
import { compileJsonMetrics } from './json-metrics.ts';
import { compileModule } from './json-module.ts';
import type { ModuleConfig } from './module-config.ts';
import { acceptJson, parseJson } from './parse.ts';

export type JsonContext = PullContext & { modules: Readonly<Record<string, ModuleConfig>> };

/**
 * A source that fetches JSON. With `module`, that module defines how to fetch and read it.
 *
 * @throws {PodkitError} for a path that is none
 */
export function createJsonSource(config: JsonConfig, { modules, ...context }: JsonContext): PullSource {
  const module = config.module === undefined ? undefined : modules[config.module];
  if (module !== undefined) return createModuleSource(config, module, context);
  const read = compileJsonMetrics(config.metrics);
  return new PullSource({
    ...context,
    config,
    accept: acceptJson,
    body: () => config.body,
    read: ({ bytes }, { snapshot, onError }) => read(parseJson(bytes), snapshot, onError),
  });
}

function createModuleSource(config: JsonConfig, module: ModuleConfig, context: PullContext): PullSource {
  const { headers, validStatus, body, read } = compileModule(module);
  return new PullSource({
    ...context,
    config: { ...config, headers, client: module.http_client_config },
    accept: acceptJson,
    validStatus,
    body: () => body?.(new Map()),
    read: ({ bytes }, { snapshot, onError }) => read(parseJson(bytes), snapshot, onError),
  });
}
