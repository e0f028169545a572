import { type Static, Type } from 'typebox';
import { jsonSchema } from '../json/config.ts';
import { logsSchema } from '../logs/config.ts';
import { statsdSchema } from '../statsd/config.ts';

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
      },
      { ...strict, default: {}, description: 'Beyond these, samples go to a series whose labels say `other`.' },
    ),
    scrape: Type.Object(
      {
        timeout: Type.String({ default: '10s', description: 'Time for a scrape that names none.' }),
        timeoutOffset: Type.String({
          default: '500ms',
          description: "What is taken off the scraper's time-out, so that the answer arrives before it.",
        }),
        maxTimeout: Type.String({ default: '60s', description: 'Longest time, whatever the scraper says.' }),
      },
      { ...strict, default: {}, description: 'How long a scrape may take.' },
    ),
    json: Type.Array(jsonSchema, { default: [], description: 'JSON over HTTP.' }),
    statsd: Type.Array(statsdSchema, { default: [], description: 'StatsD listeners.' }),
    logs: Type.Array(logsSchema, { default: [], description: 'Log files and streams.' }),
  },
  { ...strict, $id: 'https://podkit.dev/schemas/metrics-adapter.json', title: 'metrics-adapter configuration' },
);

export type AdapterConfig = Static<typeof adapterSchema>;
