import { slope } from '../core/slope.ts';

/** How much the trend line through the values rises from the first value to the last. */
export function rise(values: readonly number[]): number {
  return values.length < 2 ? 0 : slope([...values.entries()]) * (values.length - 1);
}

/** The lowest of each `size` values in a row. For a heap, that is what a collection left. */
export function floors(values: readonly number[], size: number): number[] {
  const parts = Array.from({ length: Math.floor(values.length / size) }, (_, at) =>
    values.slice(at * size, (at + 1) * size),
  );
  return parts.map((part) => Math.min(...part));
}
