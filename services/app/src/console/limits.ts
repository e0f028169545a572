import type { Series } from './prometheus-text.ts';
import type { Sidecar } from './sidecars.ts';

/** What the app's container may use at most; undefined: no limit that is known. */
export type Limits = {
  /** Cores. */
  cpu: number | undefined;
  memory: number | undefined;
  heap: number;
  /** Milliseconds at which requests are shed. */
  loop: number | undefined;
};

/** The container's limits as the downward-reader says them, for the app's container. */
export function findLimits(sidecars: readonly Sidecar[], own: { heap: number; loop: number | undefined }): Limits {
  const series = sidecars.find(({ name }) => name === 'downward-reader')?.series ?? [];
  return {
    cpu: limit(series, 'downward_limit_cpu_cores'),
    memory: limit(series, 'downward_limit_memory_bytes'),
    ...own,
  };
}

/** Where there is no limit the Downward API gives the node's; a source `none` says so. */
function limit(series: readonly Series[], name: string): number | undefined {
  const found = series.find((one) => one.name === name && one.labels.source !== 'none');
  return found === undefined || found.value <= 0 ? undefined : found.value;
}
