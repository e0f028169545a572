import { compileRegex } from '../regex/bounded-regex.ts';
import type { Fields } from './formats/fields.ts';

export type Filter = (fields: Fields) => boolean;
export type FilterConfig = { where?: Record<string, string>; unless?: Record<string, string> };

/**
 * The filter of a rule or a metric: each field of `where` must match its regex as a whole, and none of `unless` may. A
 * missing field counts as empty.
 *
 * @throws {PodkitError} ERR_REGEX
 */
export function compileFilter({ where = {}, unless = {} }: FilterConfig, names: readonly string[]): Filter {
  const tests = [...compileTests(where, names, true), ...compileTests(unless, names, false)];
  if (tests.length === 0) return () => true;
  return (fields) => tests.every(({ slot, regex, wanted }) => regex.test(fields[slot] ?? '') === wanted);
}

function compileTests(patterns: Record<string, string>, names: readonly string[], wanted: boolean) {
  return Object.entries(patterns).map(([name, pattern]) => ({
    slot: names.includes(name) ? names.indexOf(name) + 1 : Number(name),
    regex: compileRegex(pattern, { whole: true }).regex,
    wanted,
  }));
}
