import type { Subject } from './subject.ts';
import type { Tally } from './tally.ts';
import type { Growth } from './usage-watch.ts';

/** Print the requests of each load, the acknowledged writes, and the failures that the faults explain. */
export function printLoads(tally: Tally, writes: Subject['writes']): void {
  const counts = [...tally.requests].map(([load, count]) => `${load} ${count}`);
  const acknowledged = Object.entries(writes).map(([kind, written]) => `${kind} ${written.acknowledged}`);
  console.log(`requests: ${counts.join(', ')}`);
  console.log(`writes acknowledged: ${acknowledged.join(', ')}`);
  console.log(`faults: ${tally.windows.length}; requests failed inside them: ${tally.failures().announced}`);
}

export function printGrowth(growth: readonly Growth[]): void {
  for (const { name, last, rise, cpuPerMinute } of growth) {
    const inside =
      last.heap === undefined
        ? ''
        : `, heap ${last.heap.toFixed(0)} MiB (${signed(rise.heap)} after collections), timers ${last.timers} (${signed(rise.timers)})`;
    console.log(
      `  ${name.padEnd(16)} ${last.rssMb.toFixed(0)} MiB (${signed(rise.rss)})${inside}, ` +
        `descriptors ${last.descriptors} (${signed(rise.descriptors)}), CPU ${cpuPerMinute.toFixed(1)} s/min`,
    );
  }
}

const signed = (value: number): string =>
  Number.isNaN(value) ? 'too short to judge' : `${value < 0 ? '' : '+'}${value.toFixed(1)}`;

/** Print whether a check holds. `violations` are the evidence that it does not. */
export function check(what: string, violations: readonly string[]): boolean {
  const holds = violations.length === 0;
  console.log(`${holds ? 'ok    ' : 'FAILED'} ${what}`);
  for (const line of violations.slice(0, 10)) console.log(`       ${line}`);
  return holds;
}
