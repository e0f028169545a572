import { formatBytes } from '@podkit/chassis/config/bytes';
import { formatDuration } from '@podkit/chassis/config/duration';
import { strict } from '@podkit/chassis/config/strict';
import { yamlDuration } from '@podkit/chassis/config/yaml-duration';
import { type Static, type TObject, Type } from 'typebox';
import { size, storeName } from '../schema/quantities.ts';
import { compileGlob } from '../store/glob.ts';
import { textToKey } from '../store/key.ts';
import type { Key, SetOptions } from '../store/store.ts';

/** The settings of the driver `route`. */
export const routeProperties = {
  driver: Type.Literal('route'),
  rules: Type.Array(
    strict({
      prefix: Type.Optional(Type.String({ description: 'Keys with this prefix. The longest prefix wins.' })),
      glob: Type.Optional(
        Type.String({ description: 'Keys that match: * any characters, ? one, [a-z] one of these.' }),
      ),
      minSize: Type.Optional(size({ description: 'Values at least this large.' })),
      maxSize: Type.Optional(size({ description: 'Values at most this large.' })),
      contentType: Type.Optional(Type.String({ description: 'Media type of the value; image/* for all of a kind.' })),
      minTtl: Type.Optional(yamlDuration({ description: 'Values that live at least this long, or for ever.' })),
      maxTtl: Type.Optional(yamlDuration({ description: 'Values that live at most this long.' })),
      store: storeName('The store that takes the keys.'),
    }),
    { minItems: 1, description: 'The first rule that matches decides; rules with longer prefixes are tried first.' },
  ),
};

type RouteSpec = Static<TObject<typeof routeProperties>>;

type RuleSpec = RouteSpec['rules'][number];

/** What is written, as far as rules depend on it. */
export type Write = { size: number; options: SetOptions };

export type Rule = {
  store: string;
  /** For messages, such as `prefix "session:"`. */
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
  const { store, ...conditions } = spec;
  const { prefix = '', glob, ...write } = conditions;
  const begin = textToKey(prefix);
  const pattern = glob === undefined ? undefined : compileGlob(textToKey(glob));
  return {
    store,
    why: describe(conditions) || 'no condition',
    takesKey: (key) => key.startsWith(begin) && (pattern?.matches(key) ?? true),
    takesWrite: Object.keys(write).length > 0 ? writeMatcher(write) : undefined,
  };
}

const describe = (conditions: Omit<RuleSpec, 'store'>): string =>
  Object.entries(conditions).map(describeCondition).join(' and ');

function describeCondition([name, value]: [string, string | number]): string {
  if (typeof value === 'string') return `${name} ${JSON.stringify(value)}`;
  return `${name} ${name.endsWith('Size') ? formatBytes(value) : formatDuration(value)}`;
}

type WriteConditions = Omit<RuleSpec, 'store' | 'prefix' | 'glob'>;

const infinite = Number.POSITIVE_INFINITY;

function writeMatcher({
  minSize = 0,
  maxSize = infinite,
  minTtl = 0,
  maxTtl = infinite,
  contentType,
}: WriteConditions) {
  return ({ size: length, options }: Write): boolean => {
    const ttl = typeof options.ttl === 'number' ? options.ttl : infinite;
    if (length < minSize || length > maxSize || ttl < minTtl || ttl > maxTtl) return false;
    return contentType === undefined || isOfType(options.contentType, contentType);
  };
}

function isOfType(given: string | undefined, wanted: string): boolean {
  const type = given?.split(';', 1)[0]?.trim().toLowerCase();
  if (type === undefined) return false;
  return wanted.endsWith('/*') ? type.startsWith(wanted.slice(0, -1)) : type === wanted.toLowerCase();
}
