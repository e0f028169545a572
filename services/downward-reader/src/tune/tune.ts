import { formatBytes } from '@podkit/chassis/config/bytes';
import type { Resources } from '../resources/resources.ts';
import { type PoolTemplate, poolSettings } from './pools.ts';
import { type RuntimeName, runtimes, singleProcess } from './runtimes.ts';
import type { Limits, Settings } from './settings.ts';

export type TuneOptions = {
  runtime: RuntimeName | 'all';
  memoryShare: number;
  pools: readonly PoolTemplate[];
  /** What is set already. */
  env: Readonly<Record<string, string | undefined>>;
  override: boolean;
};

/** The limits to tune by. A limit that is not set is none: the node's allocatable amount is shared with others. */
export function toLimits(resources: Resources, memoryShare: number): Limits {
  const cpu = resources['limits.cpu'].value;
  const memory = resources['limits.memory'].value;
  return { cpus: typeof cpu === 'number' ? cpu / 1000 : undefined, memory: memory ?? undefined, memoryShare };
}

/**
 * Turn limits into settings of a runtime. What the user set stays, unless `override`; options that stand in one
 * variable with others (NODE_OPTIONS, JAVA_TOOL_OPTIONS) are added to it, each unless it is decided there.
 */
export function tune(limits: Limits, { runtime, pools, env, override }: TuneOptions): Settings {
  const chosen = runtime === 'all' ? singleProcess.map((name) => runtimes[name]) : [runtimes[runtime]];
  const wanted = Object.assign(
    {},
    ...chosen.map((settings) => settings(limits, { env, override })),
    poolSettings(pools, limits),
  ) as Settings;
  const kept = Object.entries(wanted).filter(([name, { value }]) => {
    const set = env[name] ?? '';
    return set === '' || override || (value.startsWith(`${set} `) && value.length > set.length);
  });
  return Object.fromEntries(kept);
}

/** The limits in words, for the head of a printed list. */
export function describeLimits({ cpus, memory }: Limits): string {
  const cpu = cpus === undefined ? 'no CPU limit' : `${cpus} CPUs`;
  return `${cpu}, ${memory === undefined ? 'no memory limit' : `${formatBytes(memory)} of memory`}`;
}
