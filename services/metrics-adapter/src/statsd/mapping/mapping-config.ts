import { strict } from '@podkit/chassis/config/strict';
import { parseYamlDuration } from '@podkit/chassis/config/yaml-duration';
import { type Static, Type } from 'typebox';
import { oneOf } from '../../config/one-of.ts';

const observerType = oneOf(['histogram', 'summary', '']);
const matchType = oneOf(['glob', 'regex', '']);

/** A duration as Go's YAML has it, `1m20s` or a whole number of nanoseconds. `parseYaml` makes milliseconds of it. */
const goDuration = Type.Unsafe<number>({
  type: ['string', 'integer'],
  minimum: 0,
  parse: (text: string, given: unknown) => (typeof given === 'number' ? given / 1e6 : parseYamlDuration(text)),
});

const histogramOptions = strict({
  buckets: Type.Optional(Type.Array(Type.Number())),
  native_histogram_bucket_factor: Type.Optional(Type.Number({ minimum: 0 })),
  native_histogram_max_buckets: Type.Optional(Type.Integer({ minimum: 0 })),
});

const summaryOptions = strict({
  quantiles: Type.Optional(
    Type.Array(
      strict({
        quantile: Type.Number({ minimum: 0, maximum: 1 }),
        error: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
      }),
    ),
  ),
  max_age: Type.Optional(goDuration),
  age_buckets: Type.Optional(Type.Integer({ minimum: 0 })),
  buf_cap: Type.Optional(Type.Integer({ minimum: 0 })),
});

const mapping = strict({
  match: Type.String(),
  name: Type.Optional(Type.String()),
  labels: Type.Optional(
    Type.Record(Type.String(), Type.Unsafe<string | number | boolean>({ type: ['string', 'number', 'boolean'] })),
  ),
  honor_labels: Type.Optional(Type.Boolean()),
  observer_type: Type.Optional(observerType),
  match_type: Type.Optional(matchType),
  help: Type.Optional(Type.String()),
  action: Type.Optional(oneOf(['map', 'drop', ''])),
  match_metric_type: Type.Optional(oneOf(['counter', 'gauge', 'observer'])),
  ttl: Type.Optional(goDuration),
  summary_options: Type.Optional(summaryOptions),
  histogram_options: Type.Optional(histogramOptions),
  scale: Type.Optional(Type.Number()),
});

/** statsd_exporter's mapping file: https://github.com/prometheus/statsd_exporter#metric-mapping-and-configuration */
export const mappingFileSchema = strict({
  defaults: Type.Optional(
    strict({
      observer_type: Type.Optional(observerType),
      match_type: Type.Optional(matchType),
      glob_disable_ordering: Type.Optional(Type.Boolean()),
      ttl: Type.Optional(goDuration),
      summary_options: Type.Optional(summaryOptions),
      histogram_options: Type.Optional(histogramOptions),
    }),
  ),
  mappings: Type.Optional(Type.Array(mapping)),
});

export type MappingFile = Static<typeof mappingFileSchema>;
export type MappingDefaults = NonNullable<MappingFile['defaults']>;
export type MappingEntry = NonNullable<MappingFile['mappings']>[number];
