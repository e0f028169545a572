/** A metric of the adapter itself, made at each scrape from the plain numbers that sources count in. */
export type SelfMetric = {
  name: string;
  help: string;
  type: 'counter' | 'gauge';
  samples: readonly { labels: Record<string, string>; value: number }[];
};

/** One number, or numbers by the value of a label. */
type Values = number | ReadonlyMap<string, number> | Readonly<Record<string, number>>;

/** The functions that make the metrics of one source. Names begin with its kind, and those of counters end with `_total`. */
export function sourceMetrics(kind: string, source: string) {
  const samples = (values: Values, label: string): SelfMetric['samples'] => {
    if (typeof values === 'number') return [{ labels: { source }, value: values }];
    const pairs = values instanceof Map ? [...values] : Object.entries(values);
    return pairs.map(([labelValue, value]) => ({ labels: { source, [label]: labelValue }, value }));
  };
  return {
    gauge: (name: string, help: string, value: number): SelfMetric => ({
      name: `${kind}_${name}`,
      help,
      type: 'gauge',
      samples: samples(value, ''),
    }),
    counter: (name: string, help: string, values: Values, label = ''): SelfMetric => ({
      name: `${kind}_${name}_total`,
      help,
      type: 'counter',
      samples: samples(values, label),
    }),
  };
}
