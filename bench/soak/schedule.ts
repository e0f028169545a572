import { setTimeout as sleep } from 'node:timers/promises';
import type { Tally } from './tally.ts';

type Schedule = {
  tally: Tally;
  /** Milliseconds in which the faults happen. */
  time: number;
  /** How often each fault happens at most: of killed processes, the kubelet's pause before a start doubles each time. */
  rounds?: number;
};

/** Each fault in turn, and at least once, with a pause between them: there is also load without a fault. */
export async function runFaults(
  faults: readonly (() => Promise<void>)[],
  { tally, time, rounds = Number.POSITIVE_INFINITY }: Schedule,
): Promise<void> {
  const end = performance.now() + time;
  const pause = Math.max(2000, Math.min(20_000, time / faults.length / 2));
  for (let turn = 0; turn < faults.length * rounds; turn += 1) {
    // Each of them once, also where that takes longer.
    if (turn >= faults.length && performance.now() + pause > end) break;
    await sleep(pause);
    await faults[turn % faults.length]?.();
    const { fault, from, to } = tally.windows.at(-1) ?? { fault: '', from: 0, to: 0 };
    console.log(`  ${fault}: over after ${((to - from) / 1000).toFixed(1)} s`);
  }
  await sleep(Math.max(0, end - performance.now()));
}
