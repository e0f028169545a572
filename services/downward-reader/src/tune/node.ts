import { givenWorkers, type MemoryPlan, mebibyte, planMemory } from './memory-plan.ts';
import { nodeSyntax, withOptions } from './options.ts';
import { countCpus, type Limits, type Present, type Settings } from './settings.ts';

const sizePool = (cpus: number | undefined) => Math.min(16, Math.max(2, Math.ceil(cpus ?? 2) * 2));

/** Without a flag, V8 takes half of the limit as its heap, and below 300 MiB more than the limit: the kernel then kills it. */
const process = (limits: Limits) => ({
  parent: 0,
  native: 16 * mebibyte,
  threads: sizePool(limits.cpus) + 5,
  stack: 64 * 1024,
  leastHeap: 40 * mebibyte,
});

/** One process; where WEB_CONCURRENCY is set the program starts as many, and they share the memory. */
export function nodeSettings(limits: Limits, present: Present): Settings {
  if ((givenWorkers(present) ?? 1) > 1) return nodeClusterSettings(limits, present);
  const plan = planMemory(limits, { ...process(limits), wanted: 1 });
  return { ...heap(plan, present), ...threads(limits) };
}

/** A worker per CPU, beside the process that starts them. */
export function nodeClusterSettings(limits: Limits, present: Present): Settings {
  const processes = { ...process(limits), parent: 24 * mebibyte, wanted: countCpus(limits.cpus) };
  const plan = planMemory(limits, processes, present);
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

/** V8 also takes underscores. A percentage wins over a size in any order. */
const nodeHeapOption = /^--max[-_](old[-_]space[-_]size([-_]percentage)?|heap[-_]size)(=|$)/;

function threads({ cpus }: Limits): Settings {
  if (cpus === undefined) return {};
  const reason = `twice the CPUs, from 2 to 16; limits.cpu is ${cpus}`;
  return { UV_THREADPOOL_SIZE: { value: String(sizePool(cpus)), reason } };
}
