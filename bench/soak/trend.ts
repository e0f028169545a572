import { slope } from '../core/slope.ts';

/** How much a line through the points rises from the first to the last of them. */
export function rise(values: readonly number[]): number {
  return values.length < 2 ? 0 : slope([...values.entries()]) * (values.length - 1);
}

/** The lowest of each so many values in a row: of a heap, what was left after a collection. */
export function floors(values: readonly number[], size: number): number[] {
  const parts = Array.from({ length: Math.floor(values.length / size) }, (_, at) =>
    values.slice(at * size, (at + 1) * size),
  );
  return parts.map((part) => Math.min(...part));
}
