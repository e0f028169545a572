import type { Metrics } from '@podkit/chassis/http/metrics';
import { ExpositionCollector } from './prometheus/collector.ts';
import { parseExposition } from './prometheus/parse.ts';
import type { Family } from './series/family.ts';
import { Snapshot } from './series/snapshot.ts';

/**
 * The metrics of this process as families. Each gets the prefix in place of `podkit_`: an application on Node has a
 * `process_cpu_seconds_total` too, which must keep its name.
 */
export async function registryFamilies(registry: Metrics['registry'], prefix: string): Promise<Family[]> {
  const snapshot = new Snapshot({ seriesPerMetric: 10_000, seriesPerSource: 100_000 }, () => undefined);
  const rename = (labels: Map<string, string>) => {
    labels.set('__name__', `${prefix}_${labels.get('__name__')?.replace(/^podkit_/, '')}`);
    return true;
  };
  const options = { honorTimestamps: true, onError: () => undefined };
  const collector = new ExpositionCollector({ ...options, snapshot, relabel: rename });
  await parseExposition(await registry.metrics(), false, collector);
  await collector.finish();
  return snapshot.families();
}
