import { type Choice, javaSyntax, nodeSyntax, withOptions } from './options.ts';
import type { Limits, Settings } from './tune.ts';

export type RuntimeName = 'node' | 'jvm' | 'go' | 'python' | 'dotnet' | 'openmp';
type Env = Readonly<Record<string, string | undefined>>;
type Present = { env: Env; override: boolean };
type Runtime = (limits: Limits, present: Present) => Settings;

const mebibyte = 2 ** 20;
const whole = (cpus: number) => Math.max(1, Math.ceil(cpus));
const inWords = (cpus: number) => `limits.cpu is ${cpus}`;
const mebibytes = (bytes: number) => Math.floor(bytes / mebibyte);

/** Settings by runtime. Each makes only those whose limit is known. */
export const runtimes: Record<RuntimeName, Runtime> = {
  node: (limits, present) => ({ ...nodeHeap(limits, present), ...nodeThreads(limits) }),
  jvm: javaOptions,
  go: goSettings,
  python: pythonWorkers,
  dotnet: dotnetSettings,
  openmp: ({ cpus }) =>
    cpus === undefined ? {} : { OMP_NUM_THREADS: { value: String(whole(cpus)), reason: inWords(cpus) } },
};

/** The runtime of a command by its name; undefined where it is none that we know. */
export function runtimeOf(command: string): RuntimeName | undefined {
  const name = command.split('/').at(-1) ?? '';
  if (/^(node|nodejs|npm|npx|yarn|pnpm|tsx)$/.test(name)) return 'node';
  if (/^java$/.test(name)) return 'jvm';
  if (/^(python[\d.]*|gunicorn|uvicorn|celery)$/.test(name)) return 'python';
  return name === 'dotnet' ? 'dotnet' : undefined;
}

/** V8 alone takes half of the limit, and more than all of it below 300 MiB, where the kernel then kills without a word. */
function nodeHeap({ memory, memoryShare }: Limits, { env, override }: Present): Settings {
  if (memory === undefined) return {};
  // Young generation, code and buffers live beside the old space and need 40 MiB at least.
  const room = Math.floor(((memory - 40 * mebibyte) / memory) * 100);
  const percent = Math.max(25, Math.min(memoryShare, room));
  const reason = `${percent} % of limits.memory (${mebibytes(memory)} MiB) for old objects, the rest for everything else`;
  const choice = { option: `--max-old-space-size-percentage=${percent}`, reason, decided: nodeHeapOption };
  const setting = withOptions(env.NODE_OPTIONS ?? '', [choice], { syntax: nodeSyntax, override });
  return setting === undefined ? {} : { NODE_OPTIONS: setting };
}

/** Also as V8 takes it, with underscores; the percentage would win over a size, wherever they stand. */
const nodeHeapOption = /^--max[-_](old[-_]space[-_]size([-_]percentage)?|heap[-_]size)(=|$)/;

function nodeThreads({ cpus }: Limits): Settings {
  if (cpus === undefined) return {};
  const threads = Math.min(16, Math.max(2, whole(cpus) * 2));
  return {
    UV_THREADPOOL_SIZE: { value: String(threads), reason: `twice the CPUs, from 2 to 16; ${inWords(cpus)}` },
    WEB_CONCURRENCY: { value: String(whole(cpus)), reason: `a worker per CPU; ${inWords(cpus)}` },
  };
}

function javaOptions({ cpus, memory, memoryShare }: Limits, { env, override }: Present): Settings {
  const choices: Choice[] = [];
  if (memory !== undefined)
    choices.push({
      option: `-XX:MaxRAMPercentage=${memoryShare}`,
      reason: `heap is ${memoryShare} % of limits.memory instead of the JVM's 25 %`,
      decided: /^(-Xmx|-mx|-XX:(MaxRAM(Percentage|Fraction)?|MaxHeapSize)=)/,
    });
  if (cpus !== undefined)
    choices.push({
      option: `-XX:ActiveProcessorCount=${whole(cpus)}`,
      reason: inWords(cpus),
      decided: /^-XX:ActiveProcessorCount=/,
    });
  if (cpus !== undefined && memory !== undefined) {
    // The JVM's own rule for a "server class machine".
    const server = cpus >= 2 && memory >= 1792 * mebibyte;
    choices.push({
      option: server ? '-XX:+UseG1GC' : '-XX:+UseSerialGC',
      reason: server ? 'G1 from 2 CPUs and 1792 MiB on' : 'the serial collector below 2 CPUs or 1792 MiB',
      // Of two collectors the JVM takes neither, and does not start.
      decided: /^-XX:\+Use\w+GC$/,
    });
  }
  const setting = withOptions(env.JAVA_TOOL_OPTIONS ?? '', choices, { syntax: javaSyntax, override });
  return setting === undefined ? {} : { JAVA_TOOL_OPTIONS: setting };
}

function goSettings({ cpus, memory }: Limits): Settings {
  return {
    ...(cpus === undefined ? {} : { GOMAXPROCS: { value: String(whole(cpus)), reason: inWords(cpus) } }),
    ...(memory === undefined
      ? {}
      : {
          GOMEMLIMIT: {
            value: `${mebibytes(memory * 0.9)}MiB`,
            reason: '90 % of limits.memory, so that the collector works before the kernel does',
          },
        }),
  };
}

function pythonWorkers({ cpus }: Limits): Settings {
  if (cpus === undefined) return {};
  const workers = String(whole(cpus) * 2 + 1);
  return { WEB_CONCURRENCY: { value: workers, reason: `2 × CPUs + 1, as gunicorn advises; ${inWords(cpus)}` } };
}

function dotnetSettings({ cpus, memory, memoryShare }: Limits): Settings {
  return {
    ...(cpus === undefined ? {} : { DOTNET_PROCESSOR_COUNT: { value: String(whole(cpus)), reason: inWords(cpus) } }),
    ...(memory === undefined
      ? {}
      : {
          DOTNET_GCHeapHardLimitPercent: {
            // .NET reads numbers of its environment as hexadecimal.
            value: memoryShare.toString(16).toUpperCase(),
            reason: `${memoryShare} % of limits.memory, written in hexadecimal`,
          },
        }),
  };
}
