import { Ajv, type ErrorObject, type FuncKeywordDefinition } from 'ajv';
import type { Static, TSchema } from 'typebox';
import { type Document, isMap, isNode, LineCounter, parseDocument } from 'yaml';
import { describeError } from '../errors.ts';
import { ConfigError } from './config.ts';
import { nearest } from './nearest.ts';

export type Place = readonly (string | number)[];

/** A YAML text that fits its schema, and a way to find where in the text something stands. */
export type YamlFile<Schema extends TSchema> = {
  value: Static<Schema>;
  /** `file:line:column` of a place in the value, such as `['mappings', 3, 'match']`, or of what holds it. */
  where: (place: Place) => string;
};

/**
 * Read YAML and check it against a schema, strictly: unknown keys, duplicate keys and wrong types are errors.
 * Defaults of the schema are filled in. Where the schema has the keyword `parse`, a function of the text (and of
 * the value as YAML read it), the value is replaced by its result.
 *
 * @throws {ConfigError} with a line `file:line:column: place: what is wrong` for each error
 */
export function parseYaml<Schema extends TSchema>(schema: Schema, text: string, file: string): YamlFile<Schema> {
  const { document, where } = parsePlacedYaml(text, file, { merge: true });
  const value = plainValue(document, file);
  const validate = new Ajv({
    allErrors: true,
    discriminator: true,
    inlineRefs: false,
    useDefaults: true,
    allowUnionTypes: true,
    strict: false,
    verbose: true,
  })
    .addKeyword(parseKeyword)
    .compile(withoutUnused(schema, value));
  if (!validate(value)) throw new ConfigError(describeErrors(validate.errors ?? [], where));
  return { value: value as Static<Schema>, where };
}

type CheckValue = ReturnType<NonNullable<FuncKeywordDefinition['compile']>>;

const parseKeyword: FuncKeywordDefinition = {
  keyword: 'parse',
  modifying: true,
  // After all others: they check the text.
  post: true,
  compile: (parse: (text: string, given: unknown) => unknown) => {
    const replace: CheckValue = (given: unknown, context) => {
      try {
        const parsed = parse(typeof given === 'string' ? given : JSON.stringify(given), given);
        if (context !== undefined) Reflect.set(context.parentData, context.parentDataProperty, parsed);
        return true;
      } catch (error) {
        replace.errors = [{ keyword: 'parse', message: describeError(error), params: {} }];
        return false;
      }
    };
    return replace;
  },
};

/**
 * Read YAML without a schema, and find where in the text something stands.
 *
 * @throws {ConfigError} with a line `file:line:column: what is wrong` for each error of the syntax
 */
export function parsePlacedYaml(
  text: string,
  file: string,
  options: { merge?: boolean; schema?: 'core' | 'failsafe' } = {},
): { document: Document; where: (place: Place) => string } {
  const lines = new LineCounter();
  const document = parseDocument(text, { ...options, lineCounter: lines, prettyErrors: false });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  if (document.errors.length > 0)
    throw new ConfigError(document.errors.map((error) => `${at(error.pos[0])}: ${error.message}`));
  return { document, where: (place) => at(findOffset(document, place)) };
}

/** The schema without the items of lists and records that the file does not have: Ajv's code for them would stay in memory. */
function withoutUnused(schema: TSchema & { properties?: Record<string, object> }, value: unknown): TSchema {
  if (schema.properties === undefined || typeof value !== 'object' || value === null) return schema;
  const properties = Object.entries(schema.properties).map(([key, property]) => {
    const hasDefault = 'default' in property && Object.keys(property.default ?? {}).length > 0;
    if (key in value || hasDefault) return [key, property];
    const rest = Object.entries(property).filter(([name]) => name !== 'items' && name !== 'patternProperties');
    return [key, Object.fromEntries(rest)];
  });
  return { ...schema, properties: Object.fromEntries(properties) };
}

function plainValue(document: Document, file: string): unknown {
  try {
    return withoutSharing(document.toJS() ?? {});
  } catch (error) {
    // Such as aliases that expand to a million nodes.
    throw new ConfigError([`${file}: ${describeError(error)}`]);
  }
}

/** A copy in which each alias has an object of its own, so that a duration in it is parsed once for each place. */
function withoutSharing(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSharing);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutSharing(inner)]));
}

/** Where the node of a place begins; for a key that is there, the key itself; for what is missing, its parent. */
function findOffset(document: Document, place: Place): number {
  const parent = place.slice(0, -1);
  const last = place.at(-1);
  const holder = place.length === 0 ? document.contents : document.getIn(parent, true);
  if (isMap(holder)) {
    const pair = holder.items.find(({ key }) => isNode(key) && String(key) === String(last));
    if (pair && isNode(pair.key)) return pair.key.range?.[0] ?? 0;
  }
  const node = document.getIn(place, true);
  if (isNode(node)) return node.range?.[0] ?? 0;
  return place.length === 0 ? 0 : findOffset(document, parent);
}

function describeErrors(errors: readonly ErrorObject[], where: (place: Place) => string): string[] {
  const unparsed = new Set(errors.filter(({ keyword }) => keyword === 'parse').map(({ instancePath }) => instancePath));
  // A parser's message says more than a pattern. The errors of a choice's other branches say nothing.
  const specific = errors.filter(({ keyword, instancePath }) =>
    unparsed.has(instancePath) ? keyword === 'parse' : keyword !== 'if' && keyword !== 'anyOf' && keyword !== 'oneOf',
  );
  return [...new Set((specific.length > 0 ? specific : errors).map((error) => describeProblem(error, where)))];
}

function describeProblem(error: ErrorObject, where: (place: Place) => string): string {
  const place = error.instancePath.split('/').slice(1).map(unescapePointer);
  const { additionalProperty, allowedValues } = error.params as {
    additionalProperty?: string;
    allowedValues?: string[];
  };
  if (additionalProperty !== undefined) {
    const known = Object.keys((error.parentSchema as { properties?: object } | undefined)?.properties ?? {});
    const near = nearest(additionalProperty, known);
    const hint = near === undefined ? '' : `; did you mean ${near}?`;
    return `${where([...place, additionalProperty])}: ${shown([...place, additionalProperty])}: no such key${hint}`;
  }
  const values = allowedValues === undefined ? '' : ` (${allowedValues.join(', ')})`;
  return `${where(place)}: ${shown(place)}: ${error.message ?? 'does not fit'}${values}`;
}

function unescapePointer(part: string): string | number {
  const text = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
  return /^\d+$/.test(text) ? Number(text) : text;
}

/** A place as people write it: `mappings[3].match`. */
function shown(place: Place): string {
  const text = place.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('');
  return text === '' ? 'the file' : text.replace(/^\./, '');
}
