import { parseYamlDuration } from '@podkit/chassis/config/yaml-duration';
import { type Static, Type } from 'typebox';

const strict = { additionalProperties: false };
const observerType = Type.Unsafe<'histogram' | 'summary' | ''>({ type: 'string', enum: ['histogram', 'summary', ''] });
const matchType = Type.Unsafe<'glob' | 'regex' | ''>({ type: 'string', enum: ['glob', 'regex', ''] });

/** A duration as Go's YAML has it, `1m20s` or a whole number of nanoseconds. `parseYaml` makes milliseconds of it. */
const goDuration = Type.Unsafe<number>({
  type: ['string', 'integer'],
  minimum: 0,
  parse: (text: string, given: unknown) => (typeof given === 'number' ? given / 1e6 : parseYamlDuration(text)),
});

const histogramOptions = Type.Object(
  {
    buckets: Type.Optional(Type.Array(Type.Number())),
    native_histogram_bucket_factor: Type.Optional(Type.Number({ minimum: 0 })),
    native_histogram_max_buckets: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  strict,
);

const summaryOptions = Type.Object(
  {
    quantiles: Type.Optional(
      Type.Array(
        Type.Object(
          {
            quantile: Type.Number({ minimum: 0, maximum: 1 }),
            error: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
          },
          strict,
        ),
      ),
    ),
    max_age: Type.Optional(goDuration),
    age_buckets: Type.Optional(Type.Integer({ minimum: 0 })),
    buf_cap: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  strict,
);

const mapping = Type.Object(
  {
    match: Type.String(),
    name: Type.Optional(Type.String()),
    labels: Type.Optional(
      Type.Record(Type.String(), Type.Unsafe<string | number | boolean>({ type: ['string', 'number', 'boolean'] })),
    ),
    honor_labels: Type.Optional(Type.Boolean()),
    observer_type: Type.Optional(observerType),
    match_type: Type.Optional(matchType),
    help: Type.Optional(Type.String()),
    action: Type.Optional(Type.Unsafe<'map' | 'drop' | ''>({ type: 'string', enum: ['map', 'drop', ''] })),
    match_metric_type: Type.Optional(
      Type.Unsafe<'counter' | 'gauge' | 'observer'>({ type: 'string', enum: ['counter', 'gauge', 'observer'] }),
    ),
    ttl: Type.Optional(goDuration),
    summary_options: Type.Optional(summaryOptions),
    histogram_options: Type.Optional(histogramOptions),
    scale: Type.Optional(Type.Number()),
  },
  strict,
);

/** statsd_exporter's mapping file: https://github.com/prometheus/statsd_exporter#metric-mapping-and-configuration */
export const mappingFileSchema = Type.Object(
  {
    defaults: Type.Optional(
      Type.Object(
        {
          observer_type: Type.Optional(observerType),
          match_type: Type.Optional(matchType),
          glob_disable_ordering: Type.Optional(Type.Boolean()),
          ttl: Type.Optional(goDuration),
          summary_options: Type.Optional(summaryOptions),
          histogram_options: Type.Optional(histogramOptions),
        },
        strict,
      ),
    ),
    mappings: Type.Optional(Type.Array(mapping)),
  },
  strict,
);

export type MappingFile = Static<typeof mappingFileSchema>;
export type MappingDefaults = NonNullable<MappingFile['defaults']>;
export type MappingEntry = NonNullable<MappingFile['mappings']>[number];
