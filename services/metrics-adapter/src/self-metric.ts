/** A metric of the adapter itself, made at each scrape from the plain numbers that sources count in. */
export type SelfMetric = {
  name: string;
  help: string;
  type: 'counter' | 'gauge';
  samples: readonly { labels: Record<string, string>; value: number }[];
};
