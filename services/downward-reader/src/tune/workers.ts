import { type MemoryPlan, mebibyte, type Processes, planMemory } from './memory-plan.ts';
import { countCpus, type Limits, type Present, type Settings } from './settings.ts';

/** Python does not bound its memory: a worker sets RLIMIT_DATA from WORKER_MEMORY_MIB (VmData + share − RssAnon), and gets a MemoryError before the kernel kills it. */
const python = {
  parent: 12 * mebibyte,
  native: 16 * mebibyte,
  threads: 1,
  stack: 256 * 1024,
  leastHeap: 32 * mebibyte,
};

/** Synchronous workers: twice the CPUs and one more, as gunicorn advises, or as many as the memory is enough for. */
export function gunicornSettings(limits: Limits, present: Present): Settings {
  const plan = planMemory(
    limits,
    { ...python, wanted: limits.cpus === undefined ? 1 : countCpus(limits.cpus) * 2 + 1 },
    present,
  );
  return { ...workerCount(limits, plan), ...workerMemory(plan, python) };
}

/**
 * Asynchronous workers: one per CPU. Each is a Python of its own, and beside them are a supervisor (17 MiB) and a resource
 * tracker (6 MiB), unless there is one worker only.
 */
export function uvicornSettings(limits: Limits, present: Present): Settings {
  const several = planMemory(limits, { ...python, parent: 24 * mebibyte, wanted: countCpus(limits.cpus) }, present);
  const plan = several.workers > 1 ? several : planMemory(limits, { ...python, parent: 0, wanted: 1 }, present);
  return { ...workerCount(limits, plan), ...workerMemory(plan, python) };
}

const pumaThreads = 5;

/** A Puma whose application has no code yet has 15 MiB resident, with workers or without. */
const ruby = {
  parent: 24 * mebibyte,
  native: 20 * mebibyte,
  threads: pumaThreads,
  stack: mebibyte,
  leastHeap: 48 * mebibyte,
};

/** A worker per CPU with Puma's default of five threads; few arenas, since each thread may fill one. */
export function pumaSettings(limits: Limits, present: Present): Settings {
  const plan = planPuma(limits, present);
  const threads = { value: String(pumaThreads), reason: `${pumaThreads} threads a worker: ${plan.sum}` };
  return {
    ...workerCount(limits, plan),
    ...workerMemory(plan, ruby),
    PUMA_MAX_THREADS: threads,
    RAILS_MAX_THREADS: threads,
    MALLOC_ARENA_MAX: { value: '2', reason: 'arenas of malloc, which keep what threads freed' },
  };
}

/**
 * In place of one worker and the process that starts it, Puma itself advises to serve in that process, which is its single
 * mode: `WEB_CONCURRENCY=0`.
 */
function planPuma(limits: Limits, present: Present): MemoryPlan {
  const several = planMemory(limits, { ...ruby, wanted: countCpus(limits.cpus) }, present);
  const given = present.override ? '' : (present.env.WEB_CONCURRENCY ?? '');
  const isOneEnough = given === '' && limits.cpus !== undefined && several.workers === 1;
  if (given !== '0' && !isOneEnough) return several;
  const { heap, sum } = planMemory(limits, { ...ruby, parent: 0, wanted: 1 });
  return { workers: 0, heap, sum: `single mode, ${sum}` };
}

/** For a pool file with `pm.max_children = ${PHP_FPM_PM_MAX_CHILDREN}` and `php_admin_value[memory_limit] = ${PHP_MEMORY_LIMIT}`. */
export function phpSettings(limits: Limits): Settings {
  const php = { parent: 12 * mebibyte, native: 3 * mebibyte, threads: 1, stack: 256 * 1024, leastHeap: 32 * mebibyte };
  const plan = planMemory(limits, { ...php, wanted: limits.cpus === undefined ? 1 : countCpus(limits.cpus) * 5 });
  const memory = plan.heap === undefined ? undefined : Math.floor(plan.heap / mebibyte);
  return {
    ...(limits.cpus === undefined && memory === undefined
      ? {}
      : { PHP_FPM_PM_MAX_CHILDREN: { value: String(plan.workers), reason: plan.sum } }),
    ...(memory === undefined ? {} : { PHP_MEMORY_LIMIT: { value: `${memory}M`, reason: plan.sum } }),
  };
}

function workerCount(limits: Limits, { workers, sum }: MemoryPlan): Settings {
  if (limits.cpus === undefined) return {};
  return { WEB_CONCURRENCY: { value: String(workers), reason: `workers: ${sum}; limits.cpu is ${limits.cpus}` } };
}

function workerMemory({ heap, sum }: MemoryPlan, { native }: Pick<Processes, 'native'>): Settings {
  if (heap === undefined) return {};
  return {
    WORKER_MEMORY_MIB: { value: String(Math.floor((heap + native) / mebibyte)), reason: `of one worker: ${sum}` },
  };
}
