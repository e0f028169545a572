import { comparison, mebibyte, reserveHeadroom } from './memory-plan.ts';
import { type Choice, javaSyntax, withOptions } from './options.ts';
import { countCpus, type Limits, type Present, type Settings } from './settings.ts';

const clamp = (value: number, least: number, most: number) => Math.max(least, Math.min(most, Math.floor(value)));
const mebibytes = (bytes: number) => Math.floor(bytes / mebibyte);

const leastHeap = 8;

/** The regions of a JVM's memory, in MiB; together they are the limit, unless that is too small for the least heap. */
export type JavaMemory = Record<
  'heap' | 'metaspace' | 'codeCache' | 'direct' | 'threads' | 'stack' | 'headroom',
  number
>;

/**
 * Divide a limit as the memory calculator of Paketo's buildpack does: heap = limit − headroom − direct memory − metaspace − code
 * cache − threads × stack. Its own regions (240 MiB of code cache, 250 threads) leave no heap below 700 MiB; so those
 * scale with the limit up to its amounts, and `DOWNWARD_MEMORY_SHARE` bounds the heap. It counts classes for the metaspace; here a
 * program with many sets `-XX:MaxMetaspaceSize`, and the heap is what is left.
 *
 * Source: https://github.com/paketo-buildpacks/libjvm (calc)
 */
export function javaMemory(memory: number, memoryShare: number, metaspaceGiven?: number): JavaMemory {
  const total = mebibytes(memory);
  const codeCache = clamp(total / 16, 12, 240);
  const metaspace = metaspaceGiven ?? clamp(total / 12, 24, 128);
  const threads = clamp(total / 32, 8, 250);
  const direct = 10;
  const stack = 1;
  const headroom = Math.ceil(reserveHeadroom(memory) / mebibyte);
  const rest = total - codeCache - metaspace - direct - threads * stack - headroom;
  const heap = Math.max(leastHeap, Math.min(rest, Math.floor((total * memoryShare) / 100)));
  return { heap, metaspace, codeCache, direct, threads, stack, headroom };
}

/** JAVA_TOOL_OPTIONS, where what the user decided stays. */
export function javaSettings({ cpus, memory, memoryShare }: Limits, { env, override }: Present): Settings {
  const choices = [
    ...(memory === undefined
      ? []
      : memoryChoices(javaMemory(memory, memoryShare, metaspaceIn(env.JAVA_TOOL_OPTIONS)), memory)),
    ...cpuChoices(cpus, memory),
  ];
  const setting = withOptions(env.JAVA_TOOL_OPTIONS ?? '', choices, { syntax: javaSyntax, override });
  return setting === undefined ? {} : { JAVA_TOOL_OPTIONS: setting };
}

/** A user who sets the heap decides the other regions too. */
const heapOption = /^(-Xmx|-mx|-XX:(MaxRAM(Percentage|Fraction)?|MaxHeapSize)=)/;
const region = (name: string) => new RegExp(`${heapOption.source}|^${name}`);

function metaspaceIn(options: string | undefined): number | undefined {
  const megabytes = /-XX:MaxMetaspaceSize=(\d{1,6})m/i.exec(options ?? '')?.[1];
  return megabytes === undefined ? undefined : Number(megabytes);
}

function memoryChoices(regions: JavaMemory, memory: number): Choice[] {
  const { heap, metaspace, codeCache, direct, threads, stack, headroom } = regions;
  const total = mebibytes(memory);
  const sum = heap + metaspace + codeCache + direct + threads * stack + headroom;
  const reason =
    `heap ${heap} MiB + metaspace ${metaspace} + code cache ${codeCache} + direct ${direct}` +
    ` + ${threads} threads × ${stack} + headroom ${headroom} ${comparison(sum <= total)} limits.memory ${total} MiB`;
  return [
    { option: `-Xmx${heap}m`, reason, decided: heapOption },
    { option: `-Xss${stack}m`, reason: `stacks of ${stack} MiB`, decided: region('(-Xss|-ss|-XX:ThreadStackSize=)') },
    {
      option: `-XX:MaxMetaspaceSize=${metaspace}m`,
      reason: `metaspace ${metaspace} MiB`,
      decided: region('-XX:MaxMetaspaceSize='),
    },
    {
      option: `-XX:ReservedCodeCacheSize=${codeCache}m`,
      reason: `code cache ${codeCache} MiB`,
      decided: region('-XX:ReservedCodeCacheSize='),
    },
    {
      option: `-XX:MaxDirectMemorySize=${direct}m`,
      reason: `direct memory ${direct} MiB`,
      decided: region('-XX:MaxDirectMemorySize='),
    },
  ];
}

function cpuChoices(cpus: number | undefined, memory: number | undefined): Choice[] {
  if (cpus === undefined) return [];
  const count: Choice = {
    option: `-XX:ActiveProcessorCount=${countCpus(cpus)}`,
    reason: `limits.cpu is ${cpus}`,
    decided: /^-XX:ActiveProcessorCount=/,
  };
  if (memory === undefined) return [count];
  // The JVM's own rule for a "server class machine".
  const server = cpus >= 2 && memory >= 1792 * mebibyte;
  const collector: Choice = {
    option: server ? '-XX:+UseG1GC' : '-XX:+UseSerialGC',
    reason: server ? 'G1 from 2 CPUs and 1792 MiB on' : 'the serial collector below 2 CPUs or 1792 MiB',
    // With two collectors the JVM does not start.
    decided: /^-XX:\+Use\w+GC$/,
  };
  return [count, collector];
}
