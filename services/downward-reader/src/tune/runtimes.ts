import { javaSettings } from './java.ts';
import { mebibyte, planMemory } from './memory-plan.ts';
import { nodeClusterSettings, nodeSettings } from './node.ts';
import { countCpus, type Limits, type Present, type Settings } from './settings.ts';
import { gunicornSettings, phpSettings, pumaSettings, uvicornSettings } from './workers.ts';

export const runtimeNames = [
  'node',
  'node-cluster',
  'jvm',
  'go',
  'dotnet',
  'openmp',
  'python',
  'gunicorn',
  'uvicorn',
  'puma',
  'php-fpm',
] as const;
export type RuntimeName = (typeof runtimeNames)[number];

const inWords = (cpus: number) => `limits.cpu is ${cpus}`;

/** Settings by runtime. Each makes only those whose limit is known. */
export const runtimes: Record<RuntimeName, (limits: Limits, present: Present) => Settings> = {
  node: nodeSettings,
  'node-cluster': nodeClusterSettings,
  jvm: javaSettings,
  go: goSettings,
  dotnet: dotnetSettings,
  openmp: ({ cpus }) =>
    cpus === undefined ? {} : { OMP_NUM_THREADS: { value: String(countCpus(cpus)), reason: inWords(cpus) } },
  python: gunicornSettings,
  gunicorn: gunicornSettings,
  uvicorn: uvicornSettings,
  puma: pumaSettings,
  'php-fpm': phpSettings,
};

/** Those of one process, which read only what is their own: all of these are made for a program that is not known. */
export const singleProcess: readonly RuntimeName[] = ['node', 'jvm', 'go', 'dotnet', 'openmp'];

/** The runtime of a command by its name; undefined where it is none that we know. */
export function findRuntime(command: string): RuntimeName | undefined {
  const name = command.split('/').at(-1) ?? '';
  if (/^(node|nodejs|npm|npx|yarn|pnpm|tsx)$/.test(name)) return 'node';
  if (name === 'java') return 'jvm';
  if (/^(python[\d.]*|celery)$/.test(name)) return 'python';
  if (/^php-fpm[\d.]*$/.test(name)) return 'php-fpm';
  return name === 'gunicorn' || name === 'uvicorn' || name === 'puma' || name === 'dotnet' ? name : undefined;
}

function goSettings({ cpus, memory }: Limits): Settings {
  return {
    ...(cpus === undefined ? {} : { GOMAXPROCS: { value: String(countCpus(cpus)), reason: inWords(cpus) } }),
    ...(memory === undefined
      ? {}
      : {
          GOMEMLIMIT: {
            value: `${Math.floor((memory * 0.9) / mebibyte)}MiB`,
            reason: '90 % of limits.memory, so that the collector works before the kernel does; it includes stacks',
          },
        }),
  };
}

const dotnet = { parent: 0, native: 40 * mebibyte, threads: 0, stack: 0, leastHeap: mebibyte, wanted: 1 };

/** .NET reads numbers of its environment as hexadecimal. */
function dotnetSettings(limits: Limits): Settings {
  const { cpus } = limits;
  const { heap, sum } = planMemory(limits, dotnet);
  return {
    ...(cpus === undefined
      ? {}
      : { DOTNET_PROCESSOR_COUNT: { value: String(countCpus(cpus)), reason: inWords(cpus) } }),
    ...(heap === undefined
      ? {}
      : {
          DOTNET_GCHeapHardLimit: {
            value: Math.floor(heap).toString(16).toUpperCase(),
            reason: `${sum}; the value is hexadecimal`,
          },
        }),
  };
}
