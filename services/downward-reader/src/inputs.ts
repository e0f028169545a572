import type { Config } from './config.ts';
import type { DocumentInputs } from './document.ts';
import { parsePools } from './tune/pools.ts';
import { type RuntimeName, runtimeOf } from './tune/runtimes.ts';

/** What a document is made from, by the configuration; `command` decides the runtime where the setting says auto. */
export function inputsOf(config: Readonly<Config>, env: DocumentInputs['env'], command?: string): DocumentInputs {
  return {
    directory: config.dir,
    env,
    divisors: { cpu: config.cpuDivisor, memory: config.memoryDivisor },
    cgroupRoot: config.cgroup === 'own' ? config.cgroupRoot : undefined,
    tune: {
      runtime: config.runtime === 'auto' ? automatic(command) : config.runtime,
      memoryShare: config.memoryShare,
      pools: parsePools(config.pools),
      override: config.override,
    },
  };
}

/** A program whose runtime its name does not tell gets all of them: what it does not read does no harm. */
function automatic(command: string | undefined): RuntimeName | 'all' {
  return command === undefined ? 'node' : (runtimeOf(command) ?? 'all');
}
