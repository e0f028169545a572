import type { Range } from './units.ts';

/** By how much what is enforced may be more or less than what was asked for. */
const roundings = {
  /** The kubelet enforces 10m at least (a quota of 1 ms), and systemd takes whole percents: up to 10m more than asked for. */
  cpu: { up: 10, down: 0 },
  /** The kernel counts whole pages, which have up to 64 KiB. */
  memory: { up: 0, down: 65_536 },
};

/** What may have been asked for where the kernel enforces this much; undefined where it enforces nothing, or cannot be seen. */
export function enforcedRange(kind: 'cpu' | 'memory', amount: number | null | undefined): Range | undefined {
  const { up, down } = roundings[kind];
  return typeof amount === 'number' ? { above: amount - up - 1, most: amount + down } : undefined;
}
