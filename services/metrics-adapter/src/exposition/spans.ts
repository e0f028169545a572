export type Spans = {
  /** Runs of buckets: the distance from the end of the previous run (at first from index 0), and the number of buckets. */
  spans: { offset: number; length: number }[];
  counts: number[];
  /** The rounded count of each bucket less that of the previous one. */
  deltas: number[];
};

/** Sparse buckets in the wire format: https://prometheus.io/docs/specs/native_histograms/ */
export function toSpans(buckets: ReadonlyMap<number, number>): Spans {
  const result: Spans = { spans: [], counts: [], deltas: [] };
  let next = 0;
  let previous = 0;
  for (const index of [...buckets.keys()].sort((a, b) => a - b)) {
    const exact = buckets.get(index) ?? 0;
    const count = Math.round(exact);
    const last = result.spans.at(-1);
    if (last !== undefined && index === next) last.length += 1;
    else result.spans.push({ offset: index - next, length: 1 });
    result.counts.push(exact);
    result.deltas.push(count - previous);
    next = index + 1;
    previous = count;
  }
  return result;
}
