import { strict } from '@podkit/chassis/config/strict';
import { yamlDuration } from '@podkit/chassis/config/yaml-duration';
import { type Static, Type } from 'typebox';
import { forwardSchema } from '../forward/config.ts';
import { jsonSchema } from '../json/config.ts';
import { moduleSchema } from '../json/module-config.ts';
import { logsSchema } from '../logs/config.ts';
import { prometheusSchema } from '../prometheus/config.ts';
import { statsdSchema } from '../statsd/config.ts';
import { csvSchema, keyValueSchema } from '../text/config.ts';

/** The configuration file: a list of sources for each kind. */
export const adapterSchema = strict(
  {
    prefix: Type.String({
      default: 'adapter',
      pattern: '^[a-zA-Z_][a-zA-Z0-9_]*$',
      description: "Prefix of the adapter's own metrics, as in `adapter_up`.",
    }),
    limits: strict(
      {
        seriesPerMetric: Type.Integer({
          default: 10_000,
          minimum: 1,
          description: 'Maximum number of series of one metric.',
        }),
        seriesPerSource: Type.Integer({
          default: 100_000,
          minimum: 1,
          description: 'Maximum number of series of one source.',
        }),
        maxBytes: Type.Optional(
          Type.Integer({
            minimum: 65_536,
            description:
              'Maximum memory for the series of StatsD and logs, in estimated bytes; by default a quarter of the heap.',
          }),
        ),
      },
      {
        default: {},
        description: 'Limits. Samples beyond them go to a series whose labels have the value `other`.',
      },
    ),
    scrape: strict(
      {
        timeout: yamlDuration({ default: '10s', description: 'Timeout of a scrape whose request has no timeout.' }),
        timeoutOffset: yamlDuration({
          default: '500ms',
          description: "Time subtracted from the scraper's timeout, so that the response arrives in time.",
        }),
        maxTimeout: yamlDuration({
          default: '60s',
          description: 'Maximum timeout, even if the scraper asks for a longer one.',
        }),
      },
      { default: {}, description: 'Timeouts of scrapes.' },
    ),
    json: Type.Array(jsonSchema, { default: [], description: 'JSON over HTTP.' }),
    prometheus: Type.Array(prometheusSchema, {
      default: [],
      description: 'Metrics in a format of Prometheus, passed through.',
    }),
    keyValue: Type.Array(keyValueSchema, { default: [], description: 'Lines of keys and values over HTTP.' }),
    csv: Type.Array(csvSchema, { default: [], description: 'CSV over HTTP.' }),
    statsd: Type.Array(statsdSchema, { default: [], description: 'StatsD listeners.' }),
    logs: Type.Array(logsSchema, { default: [], description: 'Log files and streams.' }),
    forward: Type.Array(forwardSchema, { default: [], description: 'Log lines that are forwarded.' }),
    modules: Type.Record(Type.String(), moduleSchema, {
      default: {},
      description: 'Modules of json_exporter, which `/probe` and `json` use.',
    }),
    probe: strict(
      {
        targets: Type.Array(Type.String({ pattern: '^https?://[^/]+' }), {
          default: [],
          description:
            'URLs that `/probe` may fetch, with every path below them. An empty list allows the loopback only.',
        }),
        maxBytes: Type.Integer({
          default: 16_777_216,
          minimum: 1,
          description: 'Maximum size of a response of a target, in bytes.',
        }),
      },
      { default: {}, description: 'Limits of `/probe`.' },
    ),
  },
  { $id: 'https://podkit.dev/schemas/metrics-adapter.json', title: 'metrics-adapter configuration' },
);

export type AdapterConfig = Static<typeof adapterSchema>;
