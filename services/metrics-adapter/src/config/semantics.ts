import { parseDuration } from '@podkit/chassis/duration';
import { messageOf } from '@podkit/chassis/errors';
import type { Place } from '@podkit/chassis/yaml';
import { compileJsonMetrics } from '../json/json-metrics.ts';
import type { AdapterConfig } from './schema.ts';

export type Fault = { place: Place; message: string };

/** What a schema can't say: names that must differ, durations, paths and patterns that must compile. */
export function semanticFaults(config: AdapterConfig): Fault[] {
  const faults: Fault[] = [];
  const attempt = (place: Place, action: () => unknown) => {
    try {
      action();
    } catch (error) {
      faults.push({ place, message: messageOf(error) });
    }
  };
  for (const key of ['timeout', 'timeoutOffset', 'maxTimeout'] as const)
    attempt(['scrape', key], () => parseDuration(config.scrape[key]));
  for (const [at, source] of config.json.entries()) {
    attempt(['json', at, 'timeout'], () => parseDuration(source.timeout));
    for (const [index, metric] of source.metrics.entries())
      attempt(['json', at, 'metrics', index], () => compileJsonMetrics([metric]));
  }
  return [...faults, ...repeatedNames(config)];
}

function repeatedNames(config: AdapterConfig): Fault[] {
  const kinds = ['json', 'statsd', 'logs'] as const;
  const seen = new Set<string>();
  return kinds.flatMap((kind) =>
    config[kind].flatMap(({ name }, at) => {
      if (!seen.has(name)) {
        seen.add(name);
        return [];
      }
      return [{ place: [kind, at, 'name'], message: `another source is named ${name} too` }];
    }),
  );
}
