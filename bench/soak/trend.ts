/** How much a line through the points rises from the first to the last of them. */
export function rise(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let [above, below] = [0, 0];
  for (const [at, value] of values.entries()) {
    above += (at - middle) * (value - mean);
    below += (at - middle) ** 2;
  }
  return below === 0 ? 0 : (above / below) * (values.length - 1);
}

/** The lowest of each so many values in a row: of a heap, what was left after a collection. */
export function floors(values: readonly number[], size: number): number[] {
  const parts = Array.from({ length: Math.floor(values.length / size) }, (_, at) =>
    values.slice(at * size, (at + 1) * size),
  );
  return parts.map((part) => Math.min(...part));
}
