import type { FetchedBody } from '../fetch/client.ts';
import { FetchError } from '../fetch/errors.ts';
import { type PullContext, PullSource } from '../pull/pull-source.ts';
import { ExpositionCollector } from './collector.ts';
import type { PrometheusConfig } from './config.ts';
import { parseExposition } from './parse.ts';
import { compileRelabel } from './relabel.ts';

/** Protobuf first, since only it has native histograms; then the formats by the precision of types and times. */
const accept = [
  'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;escaping=allow-utf-8',
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.8',
  'application/openmetrics-text;version=0.0.1;q=0.7',
  'text/plain;version=1.0.0;escaping=allow-utf-8;q=0.6',
  'text/plain;version=0.0.4;q=0.5',
  '*/*;q=0.1',
].join(',');

/** A source whose metrics are passed through. @throws {PodkitError} ERR_REGEX */
export function createPrometheusSource(config: PrometheusConfig, context: PullContext): PullSource {
  const { honorTimestamps } = config;
  const relabel = compileRelabel(config.relabel);
  return new PullSource({
    ...context,
    config,
    accept,
    read: async (response, target) => {
      const collector = new ExpositionCollector({ ...target, relabel, honorTimestamps });
      await read(response, collector);
      // A page without any valid line, such as HTML, is another format.
      if (collector.good === 0 && collector.bad > 0)
        throw new FetchError('parse', 'the response is not the Prometheus text format');
      await collector.finish();
    },
  });
}

/** Read a response in the format of its Content-Type. Without one it is OpenMetrics if it ends with `# EOF`. */
async function read({ bytes, type }: FetchedBody, collector: ExpositionCollector): Promise<void> {
  if (type === 'application/vnd.google.protobuf') {
    // Loaded only if a source answers with protobuf: the decoder takes memory.
    const { parseProtobuf } = await import('./parse-protobuf.ts');
    return parseProtobuf(bytes, collector);
  }
  const text = new TextDecoder().decode(bytes);
  const unnamed = type === '' && text.trimEnd().endsWith('\n# EOF');
  return parseExposition(text, unnamed || type === 'application/openmetrics-text', collector);
}
