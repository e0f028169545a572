import { setTimeout as sleep } from 'node:timers/promises';
import type { Tally } from './tally.ts';

type Schedule = {
  tally: Tally;
  /** The duration in milliseconds. */
  time: number;
  /** How often each fault runs at most: the pause before a killed process restarts doubles each time. */
  rounds?: number;
};

/** Run the faults in turn, each at least once. The pauses between them are load without a fault. */
export async function runFaults(
  faults: readonly (() => Promise<void>)[],
  { tally, time, rounds = Number.POSITIVE_INFINITY }: Schedule,
): Promise<void> {
  const end = performance.now() + time;
  const pause = Math.max(2000, Math.min(20_000, time / faults.length / 2));
  for (let turn = 0; turn < faults.length * rounds; turn += 1) {
    // Each fault runs once, even if that takes longer than `time`.
    if (turn >= faults.length && performance.now() + pause > end) break;
    await sleep(pause);
    await faults[turn % faults.length]?.();
    const { fault, from, to } = tally.windows.at(-1) ?? { fault: '', from: 0, to: 0 };
    console.log(`  ${fault}: recovered after ${((to - from) / 1000).toFixed(1)} s`);
  }
  await sleep(Math.max(0, end - performance.now()));
}
