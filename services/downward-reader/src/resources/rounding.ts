import type { Range } from './units.ts';

/** How much the enforced limit may be above or below the requested one. */
const roundings = {
  /** The kubelet enforces 10m at least (a quota of 1 ms), and systemd takes whole percents: up to 10m more than asked for. */
  cpu: { up: 10, down: 0 },
  /** The kernel counts whole pages, which have up to 64 KiB. */
  memory: { up: 0, down: 65_536 },
};

/** The limits that may have been requested if the kernel enforces this amount; undefined if it enforces none or cannot be seen. */
export function enforcedRange(kind: 'cpu' | 'memory', amount: number | null | undefined): Range | undefined {
  const { up, down } = roundings[kind];
  return typeof amount === 'number' ? { above: amount - up - 1, most: amount + down } : undefined;
}
