import type { Limits, Present } from './settings.ts';

export const mebibyte = 2 ** 20;
const inMebibytes = (bytes: number) => `${Math.floor(bytes / mebibyte)} MiB`;

/** The memory of a program's processes beside their heaps, in bytes. */
export type Processes = {
  /** The process that only starts workers; 0 if there is none. */
  parent: number;
  /** Interpreter, libraries, code and young objects of each worker. */
  native: number;
  threads: number;
  /** Of each thread. */
  stack: number;
  /** Smallest useful heap of a worker; with less memory there are fewer workers. */
  leastHeap: number;
  /** Workers that the CPUs are enough for. */
  wanted: number;
};

/** Workers and the heap of each, in bytes; undefined where no memory limit is known. `sum` is the arithmetic, for people. */
export type MemoryPlan = { workers: number; heap: number | undefined; sum: string };

/**
 * Divide a memory limit: `headroom + parent + workers × (heap + native + threads × stack) = limit`, with 5 % of headroom, 8 MiB at
 * least, for what the kernel counts besides. There is one worker at least; `WEB_CONCURRENCY` decides their number where it is set.
 */
export function planMemory({ memory, memoryShare }: Limits, processes: Processes, present?: Present): MemoryPlan {
  const { parent, native, threads, stack, leastHeap, wanted } = processes;
  const given = givenWorkers(present);
  if (memory === undefined)
    return { workers: given ?? wanted, heap: undefined, sum: `${wanted} for the CPUs, since no memory limit is known` };
  const headroom = reserveHeadroom(memory);
  const beside = native + threads * stack;
  const room = memory - headroom - parent;
  const workers = given ?? Math.max(1, Math.min(wanted, Math.floor(room / (beside + leastHeap))));
  const most = (memory * memoryShare) / 100 / workers;
  const rest = room / workers - beside;
  const heap = Math.max(mebibyte, Math.min(most, rest));
  const sum =
    `${workers} × (heap ${inMebibytes(heap)} + native ${inMebibytes(native)} + ${threads} stacks of ${stack / 1024} KiB)` +
    ` + parent ${inMebibytes(parent)} + headroom ${inMebibytes(headroom)} ${comparison(rest >= mebibyte)} limits.memory ${inMebibytes(memory)}`;
  return { workers, heap, sum };
}

/** The words between a sum and the limit. With the smallest heap the sum may be more than the limit. */
export const comparison = (fits: boolean): string => (fits ? '≤' : 'does not fit, it is more than');

export const reserveHeadroom = (memory: number): number => Math.max(8 * mebibyte, memory * 0.05);

/** The workers that WEB_CONCURRENCY asks for; undefined where it does not, or may be overridden. */
export function givenWorkers(present: Present | undefined): number | undefined {
  const text = present?.override === false ? present.env.WEB_CONCURRENCY : undefined;
  return text !== undefined && /^[1-9]\d{0,3}$/.test(text) ? Number(text) : undefined;
}
