import type { MappingDefaults, MappingEntry } from './mapping-config.ts';

/** The metric of observations (timers, histograms, distributions). */
export type Observer =
  | { type: 'histogram'; buckets: readonly number[]; nativeFactor: number; nativeMaxBuckets: number }
  | {
      type: 'summary';
      quantiles: readonly { quantile: number; error: number }[];
      /** Milliseconds for which quantiles take an observation into account. */
      maxAge: number;
      ageBuckets: number;
    };

type ObserverOptions = Pick<MappingEntry, 'observer_type' | 'histogram_options' | 'summary_options'>;

/** The defaults of client_golang, which statsd_exporter inherits. */
const clientGolangDefaults = {
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  nativeFactor: 1.1,
  nativeMaxBuckets: 256,
  quantiles: [
    { quantile: 0.5, error: 0.05 },
    { quantile: 0.9, error: 0.01 },
    { quantile: 0.99, error: 0.001 },
  ],
  maxAge: 600_000,
  ageBuckets: 5,
};

/** The observer of a mapping: its own options, then the file's defaults, then client_golang's. A zero counts as not set. */
export function compileObserver(entry: ObserverOptions, defaults: MappingDefaults): Observer {
  if ((entry.observer_type || defaults.observer_type) === 'histogram') {
    const own = entry.histogram_options ?? {};
    const shared = defaults.histogram_options ?? {};
    return {
      type: 'histogram',
      buckets: (filled(own.buckets) ?? filled(shared.buckets) ?? clientGolangDefaults.buckets).toSorted(
        (a, b) => a - b,
      ),
      nativeFactor:
        own.native_histogram_bucket_factor ||
        shared.native_histogram_bucket_factor ||
        clientGolangDefaults.nativeFactor,
      nativeMaxBuckets:
        own.native_histogram_max_buckets ||
        shared.native_histogram_max_buckets ||
        clientGolangDefaults.nativeMaxBuckets,
    };
  }
  const own = entry.summary_options ?? {};
  const shared = defaults.summary_options ?? {};
  const quantiles = filled(own.quantiles) ?? filled(shared.quantiles) ?? clientGolangDefaults.quantiles;
  return {
    type: 'summary',
    quantiles: quantiles.map(({ quantile, error = 0 }) => ({ quantile, error })),
    maxAge: own.max_age || shared.max_age || clientGolangDefaults.maxAge,
    ageBuckets: own.age_buckets || shared.age_buckets || clientGolangDefaults.ageBuckets,
  };
}

const filled = <Item>(list: readonly Item[] | undefined) => (list?.length ? list : undefined);
