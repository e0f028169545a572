import { type MemoryPlan, mebibyte, planMemory } from './memory-plan.ts';
import { nodeSyntax, withOptions } from './options.ts';
import type { Limits, Present, Settings } from './settings.ts';

const sizePool = (cpus: number | undefined) => Math.min(16, Math.max(2, Math.ceil(cpus ?? 2) * 2));

/** V8 alone takes half of the limit, and more than all of it below 300 MiB, where the kernel then kills without a word. */
const process = (limits: Limits) => ({
  parent: 0,
  native: 16 * mebibyte,
  threads: sizePool(limits.cpus) + 5,
  stack: 64 * 1024,
  leastHeap: 40 * mebibyte,
});

/** One process; where WEB_CONCURRENCY is set the program starts as many, and they share the memory. */
export function nodeSettings(limits: Limits, present: Present): Settings {
  const workers = present.override ? undefined : present.env.WEB_CONCURRENCY;
  const cluster = workers !== undefined && /^[1-9]\d*$/.test(workers) && workers !== '1';
  if (cluster) return nodeClusterSettings(limits, present);
  const plan = planMemory(limits, { ...process(limits), wanted: 1 });
  return { ...heap(plan, present), ...threads(limits) };
}

/** A worker per CPU, beside the process that starts them. */
export function nodeClusterSettings(limits: Limits, present: Present): Settings {
  const wanted = Math.max(1, Math.ceil(limits.cpus ?? 1));
  const plan = planMemory(limits, { ...process(limits), parent: 24 * mebibyte, wanted }, present);
  const reason = `workers: ${plan.sum}; limits.cpu is ${limits.cpus}`;
  const workers = limits.cpus === undefined ? {} : { WEB_CONCURRENCY: { value: String(plan.workers), reason } };
  return { ...heap(plan, present), ...threads(limits), ...workers };
}

function heap(plan: MemoryPlan, { env, override }: Present): Settings {
  if (plan.heap === undefined) return {};
  const option = `--max-old-space-size=${Math.floor(plan.heap / mebibyte)}`;
  const choice = { option, reason: plan.sum, decided: nodeHeapOption };
  const setting = withOptions(env.NODE_OPTIONS ?? '', [choice], { syntax: nodeSyntax, override });
  return setting === undefined ? {} : { NODE_OPTIONS: setting };
}

/** Also as V8 takes it, with underscores; the percentage would win over a size, wherever they stand. */
const nodeHeapOption = /^--max[-_](old[-_]space[-_]size([-_]percentage)?|heap[-_]size)(=|$)/;

function threads({ cpus }: Limits): Settings {
  if (cpus === undefined) return {};
  const reason = `twice the CPUs, from 2 to 16; limits.cpu is ${cpus}`;
  return { UV_THREADPOOL_SIZE: { value: String(sizePool(cpus)), reason } };
}
