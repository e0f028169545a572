import { ConfigError } from '@podkit/chassis/config/config';
import type { Limits, Settings } from './settings.ts';

/** A setting derived from a limit: `DB_POOL=cpus*4`, `CACHE_MIB=memory/4` (memory in MiB). */
export type PoolTemplate = { name: string; base: 'cpus' | 'memory'; operator: '*' | '/'; by: number };

const form = /^([A-Za-z_][A-Za-z0-9_]*)=(cpus|memory)(?:([*/])(\d+(?:\.\d+)?))?$/;

/**
 * Read the templates of DOWNWARD_POOLS.
 *
 * @throws {ConfigError} naming each that is wrong
 */
export function parsePools(texts: readonly string[]): PoolTemplate[] {
  const errors: string[] = [];
  const templates = texts.flatMap((text) => {
    const [, name = '', base, operator = '*', by = '1'] = form.exec(text.replaceAll(' ', '')) ?? [];
    if (name !== '' && Number(by) !== 0)
      return [{ name, base: base as PoolTemplate['base'], operator: operator as '*' | '/', by: Number(by) }];
    errors.push(`DOWNWARD_POOLS: ${JSON.stringify(text)} is not like DB_POOL=cpus*4 or CACHE_MIB=memory/4`);
    return [];
  });
  if (errors.length > 0) throw new ConfigError(errors);
  return templates;
}

/** At least 1, rounded down; nothing where the limit is not known. */
export function poolSettings(templates: readonly PoolTemplate[], { cpus, memory }: Limits): Settings {
  const settings: Settings = {};
  for (const { name, base, operator, by } of templates) {
    const amount = base === 'cpus' ? cpus : memory === undefined ? undefined : memory / 2 ** 20;
    if (amount === undefined) continue;
    const value = Math.max(1, Math.floor(operator === '*' ? amount * by : amount / by));
    settings[name] = {
      value: String(value),
      reason: `${base} ${operator} ${by}, where ${base} is ${Math.round(amount * 100) / 100}`,
    };
  }
  return settings;
}
