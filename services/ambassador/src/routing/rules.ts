import { toBytes, toMilliseconds } from '../schema/quantities.ts';
import { compileGlob } from '../store/glob.ts';
import { textToKey } from '../store/key.ts';
import type { Key, SetOptions } from '../store/store.ts';
import type { RuleSpec } from './rules-schema.ts';

/** What is written, as far as rules depend on it. */
export type Write = { size: number; options: SetOptions };

export type Rule = {
  store: string;
  /** For people: `prefix "session:"`. */
  why: string;
  takesKey: (key: Key) => boolean;
  /** Absent where the rule depends on keys only. */
  takesWrite: ((write: Write) => boolean) | undefined;
};

/** Rules in the order in which they are asked: longer prefixes first, otherwise as they are written. */
export function compileRules(specs: readonly RuleSpec[]): Rule[] {
  const order = specs.map((spec, index) => ({ spec, index, length: textToKey(spec.prefix ?? '').length }));
  order.sort((left, right) => right.length - left.length || left.index - right.index);
  return order.map(({ spec }) => compileRule(spec));
}

function compileRule(spec: RuleSpec): Rule {
  const { store, prefix, glob, ...write } = spec;
  const begin = textToKey(prefix ?? '');
  const pattern = glob === undefined ? undefined : compileGlob(textToKey(glob));
  const parts = Object.entries({ prefix, glob, ...write }).filter(([, value]) => value !== undefined);
  const why = parts.map(([name, value]) => `${name} ${JSON.stringify(value)}`).join(' and ');
  return {
    store,
    why: why === '' ? 'no condition' : why,
    takesKey: (key) => key.startsWith(begin) && (pattern?.matches(key) ?? true),
    takesWrite: Object.values(write).some((value) => value !== undefined) ? writeMatcher(write) : undefined,
  };
}

function writeMatcher({ minSize, maxSize, contentType, minTtl, maxTtl }: Omit<RuleSpec, 'store' | 'prefix' | 'glob'>) {
  const least = minSize === undefined ? 0 : toBytes(minSize);
  const most = maxSize === undefined ? Number.POSITIVE_INFINITY : toBytes(maxSize);
  const shortest = minTtl === undefined ? 0 : toMilliseconds(minTtl);
  const longest = maxTtl === undefined ? undefined : toMilliseconds(maxTtl);
  return ({ size, options }: Write): boolean => {
    const ttl = typeof options.ttl === 'number' ? options.ttl : Number.POSITIVE_INFINITY;
    if (size < least || size > most || ttl < shortest || (longest !== undefined && ttl > longest)) return false;
    return contentType === undefined || isOfType(options.contentType, contentType);
  };
}

function isOfType(given: string | undefined, wanted: string): boolean {
  const type = given?.split(';', 1)[0]?.trim().toLowerCase();
  if (type === undefined) return false;
  return wanted.endsWith('/*') ? type.startsWith(wanted.slice(0, -1)) : type === wanted.toLowerCase();
}
