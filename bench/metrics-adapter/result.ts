/** One line of the benchmark table. */
export type Result = { what: string; measured: string; target: string; met: boolean };

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
