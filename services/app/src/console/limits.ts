import type { Series } from './prometheus-text.ts';
import type { Sidecar } from './sidecars.ts';

/** The limits of the app's container; undefined if none is known. */
export type Limits = {
  /** Cores. */
  cpu: number | undefined;
  memory: number | undefined;
  heap: number;
  /** Milliseconds at which requests are shed. */
  loop: number | undefined;
};

/** The limits of the app's container, from the downward-reader's metrics. */
export function findLimits(sidecars: readonly Sidecar[], own: { heap: number; loop: number | undefined }): Limits {
  const series = sidecars.find(({ name }) => name === 'downward-reader')?.series ?? [];
  return {
    cpu: limit(series, 'downward_limit_cpu_cores'),
    memory: limit(series, 'downward_limit_memory_bytes'),
    ...own,
  };
}

/** Series with the source `none` are left out: they are the size of the node, since the container has no limit. */
function limit(series: readonly Series[], name: string): number | undefined {
  const found = series.find((one) => one.name === name && one.labels.source !== 'none');
  return found === undefined || found.value <= 0 ? undefined : found.value;
}
