import type { Config } from '../config.ts';
import { parsePools } from '../tune/pools.ts';
import type { RuntimeName } from '../tune/runtimes.ts';
import type { DocumentInputs } from './document.ts';

/**
 * What a document is made from, by the configuration; `auto` is the runtime where the setting says so.
 *
 * @throws {ConfigError} where a template of DOWNWARD_POOLS is wrong
 */
export function toInputs(
  config: Readonly<Config>,
  env: DocumentInputs['env'],
  auto: RuntimeName | 'all' = 'node',
): DocumentInputs {
  return {
    directory: config.dir,
    env,
    divisors: { cpu: config.cpuDivisor, memory: config.memoryDivisor },
    cgroupRoot: config.cgroup === 'own' ? config.cgroupRoot : undefined,
    tune: {
      runtime: config.runtime === 'auto' ? auto : config.runtime,
      memoryShare: config.memoryShare,
      pools: parsePools(config.pools),
      override: config.override,
    },
  };
}
