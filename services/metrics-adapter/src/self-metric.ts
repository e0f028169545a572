/** A metric about the adapter itself, read when it is scraped; sources count in plain numbers, which cost nothing. */
export type SelfMetric = {
  name: string;
  help: string;
  type: 'counter' | 'gauge';
  samples: readonly { labels: Record<string, string>; value: number }[];
};
