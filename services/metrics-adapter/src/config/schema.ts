import { yamlDuration } from '@podkit/chassis/config/yaml-duration';
import { type Static, Type } from 'typebox';
import { forwardSchema } from '../forward/config.ts';
import { jsonSchema } from '../json/config.ts';
import { moduleSchema } from '../json/module-config.ts';
import { logsSchema } from '../logs/config.ts';
import { prometheusSchema } from '../prometheus/config.ts';
import { statsdSchema } from '../statsd/config.ts';
import { csvSchema, keyValueSchema } from '../text/config.ts';

const strict = { additionalProperties: false };

/** The configuration file. Sources stand in it by their kind; of each kind there may be several. */
export const adapterSchema = Type.Object(
  {
    prefix: Type.String({
      default: 'adapter',
      pattern: '^[a-zA-Z_][a-zA-Z0-9_]*$',
      description: "What the adapter's own metrics begin with, such as `adapter_up`.",
    }),
    limits: Type.Object(
      {
        seriesPerMetric: Type.Integer({ default: 10_000, minimum: 1, description: 'Series of one metric.' }),
        seriesPerSource: Type.Integer({ default: 100_000, minimum: 1, description: 'Series of one source.' }),
        maxBytes: Type.Optional(
          Type.Integer({
            minimum: 65_536,
            description:
              'Bytes of the series that StatsD and logs bring, estimated; a quarter of the heap unless given.',
          }),
        ),
      },
      { ...strict, default: {}, description: 'Beyond these, samples go to a series whose labels say `other`.' },
    ),
    scrape: Type.Object(
      {
        timeout: yamlDuration({ default: '10s', description: 'Time for a scrape that names none.' }),
        timeoutOffset: yamlDuration({
          default: '500ms',
          description: "What is taken off the scraper's timeout, so that the answer arrives before it.",
        }),
        maxTimeout: yamlDuration({ default: '60s', description: 'Longest time, whatever the scraper says.' }),
      },
      { ...strict, default: {}, description: 'How long a scrape may take.' },
    ),
    json: Type.Array(jsonSchema, { default: [], description: 'JSON over HTTP.' }),
    prometheus: Type.Array(prometheusSchema, {
      default: [],
      description: 'Prometheus text or OpenMetrics, passed on.',
    }),
    keyValue: Type.Array(keyValueSchema, { default: [], description: 'Lines of keys and values over HTTP.' }),
    csv: Type.Array(csvSchema, { default: [], description: 'CSV over HTTP.' }),
    statsd: Type.Array(statsdSchema, { default: [], description: 'StatsD listeners.' }),
    logs: Type.Array(logsSchema, { default: [], description: 'Log files and streams.' }),
    forward: Type.Array(forwardSchema, { default: [], description: 'Log lines that are sent on.' }),
    modules: Type.Record(Type.String(), moduleSchema, {
      default: {},
      description: 'Modules of json_exporter, for `/probe` and for `json`.',
    }),
    probe: Type.Object(
      {
        targets: Type.Array(Type.String({ pattern: '^https?://[^/]+' }), {
          default: [],
          description: 'URLs that `/probe` may fetch, with all below them; none for those on this host.',
        }),
        maxBytes: Type.Integer({ default: 16_777_216, minimum: 1, description: 'Longest answer of a target.' }),
      },
      { ...strict, default: {}, description: 'What `/probe` may do.' },
    ),
  },
  { ...strict, $id: 'https://podkit.dev/schemas/metrics-adapter.json', title: 'metrics-adapter configuration' },
);

export type AdapterConfig = Static<typeof adapterSchema>;
