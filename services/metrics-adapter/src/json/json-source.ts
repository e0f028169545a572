import { parseDuration } from '@podkit/chassis/duration';
import type { Logger } from '@podkit/chassis/log';
import { HttpClient } from '../fetch/client.ts';
import { PullSource } from '../pull/pull-source.ts';
import type { SeriesLimits } from '../series/store.ts';
import type { JsonConfig } from './config.ts';
import { compileJsonMetrics } from './json-metrics.ts';
import { parseJson } from './parse.ts';

export type PullContext = { limits: SeriesLimits; log: Logger };

/** A source that fetches JSON: one request, one parse, one walk. @throws {PodkitError} for a path that is none */
export function createJsonSource(config: JsonConfig, { limits, log }: PullContext): PullSource {
  const client = new HttpClient(config.client);
  const read = compileJsonMetrics(config.metrics);
  const { name, url, headers, body, maxBytes } = config;
  return new PullSource({
    name,
    limits,
    log,
    timeout: parseDuration(config.timeout),
    close: () => client.close(),
    collect: async (snapshot, { signal, onError }) => {
      const bytes = await client.fetch({
        url,
        headers: { accept: 'application/json', ...headers },
        body,
        maxBytes,
        signal,
      });
      read(parseJson(bytes), snapshot, () => onError('value'));
    },
  });
}
