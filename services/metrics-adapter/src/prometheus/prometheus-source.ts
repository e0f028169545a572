import { parseDuration } from '@podkit/chassis/config/duration';
import { HttpClient } from '../fetch/client.ts';
import { FetchError } from '../fetch/errors.ts';
import { type PullContext, PullSource } from '../pull/pull-source.ts';
import { ExpositionCollector } from './collector.ts';
import type { PrometheusConfig } from './config.ts';
import { parseExposition } from './parse.ts';
import { compileRelabel } from './relabel.ts';

const accept = 'application/openmetrics-text;version=1.0.0;q=0.9,text/plain;version=0.0.4;q=0.5';

/** A source whose metrics are passed through. @throws {PodkitError} for a regex that is none */
export function createPrometheusSource(config: PrometheusConfig, { limits, log }: PullContext): PullSource {
  const client = new HttpClient(config.client);
  const relabel = compileRelabel(config.relabel);
  const { name, url, headers, maxBytes, honorTimestamps } = config;
  return new PullSource({
    name,
    limits,
    log,
    timeout: parseDuration(config.timeout),
    close: () => client.close(),
    collect: async (snapshot, { signal, onError }) => {
      const bytes = await client.fetch({ url, headers: { accept, ...headers }, maxBytes, signal });
      const text = new TextDecoder().decode(bytes);
      const openMetrics = text.trimEnd().endsWith('# EOF');
      const collector = new ExpositionCollector({ snapshot, relabel, honorTimestamps, openMetrics, onError });
      let good = 0;
      const sample: ExpositionCollector['sample'] = (line, family) => {
        good += 1;
        collector.sample(line, family);
      };
      let bad = 0;
      await parseExposition(text, { sample, malformed: () => (bad += 1) });
      // A page of HTML is not a text with a few bad lines.
      if (good === 0 && bad > 0) throw new FetchError('parse', 'the answer is not the Prometheus text format');
      for (let at = 0; at < bad; at += 1) collector.malformed();
      collector.finish();
    },
  });
}
