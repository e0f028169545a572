import { describeError, PodkitError } from '@podkit/chassis/errors';
import { type FilterFunction, JSONPathEnvironment, type JSONPathQuery, type JSONValue } from 'json-p3';
import { compileRegex, type Regex } from '../regex/bounded-regex.ts';
import type { Json } from './parse.ts';

export type Location = readonly (string | number)[];
/** A selected value, and the names and indexes from the root to it. */
export type JsonNode = { value: Json; location: Location };

/** A compiled JSONPath query, https://www.rfc-editor.org/rfc/rfc9535 */
export type Query = {
  /** Every selected node. */
  all(root: Json): JsonNode[];
  /** The value of the first node; undefined if there is none. */
  first(root: Json): Json | undefined;
};

type QueryStep = string | number | typeof every;
const every = Symbol('every');

/**
 * Compile a query. It may begin with `@` in place of `$`. A query of names, indexes and wildcards only, as most are, is
 * walked directly, which is faster than json-p3.
 *
 * @throws {PodkitError} ERR_JSONPATH
 */
export function compileQuery(text: string): Query {
  const path = text.startsWith('@') ? `$${text.slice(1)}` : text;
  let compiled: JSONPathQuery;
  try {
    compiled = environment().compile(path);
  } catch (cause) {
    throw new PodkitError('ERR_JSONPATH', `"${text}" is not a JSONPath: ${describeError(cause)}`, { cause });
  }
  const steps = parseSteps(path);
  return steps === undefined ? generalQuery(compiled) : walkingQuery(steps);
}

function generalQuery(compiled: JSONPathQuery): Query {
  const run = (root: Json) => compiled.query(root as JSONValue).nodes;
  return {
    all: (root) => run(root).map(({ value, location }) => ({ value: value as Json, location })),
    first: (root) => run(root)[0]?.value as Json | undefined,
  };
}

function walkingQuery(steps: readonly QueryStep[]): Query {
  const all = (root: Json) => walk({ value: root, location: [] }, steps, 0);
  const [only] = steps;
  // Most values and labels inside an element are one name.
  if (steps.length === 1 && typeof only === 'string') return { all, first: (root) => member(root, only) };
  if (steps.includes(every)) return { all, first: (root) => all(root)[0]?.value };
  return { all, first: (root) => valueAt(root, steps as Location) };
}

function walk({ value, location }: JsonNode, steps: readonly QueryStep[], at: number): JsonNode[] {
  const step = steps[at];
  if (step === undefined) return [{ value, location }];
  if (step !== every) {
    const child = valueAt(value, [step]);
    return child === undefined ? [] : walk({ value: child, location: [...location, step] }, steps, at + 1);
  }
  if (value === null || typeof value !== 'object') return [];
  const children: JsonNode[] = Array.isArray(value)
    ? value.map((child, key) => ({ value: child, location: [...location, key] }))
    : Object.entries(value).map(([key, child]) => ({ value: child, location: [...location, key] }));
  return at + 1 === steps.length ? children : children.flatMap((child) => walk(child, steps, at + 1));
}

/** The value at a location; a negative index counts from the end. Undefined if there is none. */
export function valueAt(root: Json, location: Location): Json | undefined {
  let value: Json | undefined = root;
  for (const step of location) {
    if (value === null || typeof value !== 'object') return undefined;
    if (Array.isArray(value)) value = typeof step === 'number' ? value.at(step) : undefined;
    else value = typeof step === 'string' && Object.hasOwn(value, step) ? value[step] : undefined;
  }
  return value;
}

function member(value: Json, name: string): Json | undefined {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

const segment =
  /\.([A-Za-z_\u0080-\uFFFF][\w\u0080-\uFFFF]*)|(\.\*|\[\s*\*\s*\])|\[\s*(-?\d+)\s*\]|\[\s*(?:'([^'\\]*)'|"([^"\\]*)")\s*\]/y;

/** The steps of a query without filters, slices, unions and descendants; undefined for any other. */
function parseSteps(path: string): QueryStep[] | undefined {
  const steps: QueryStep[] = [];
  let at = 1;
  while (at < path.length) {
    segment.lastIndex = at;
    const match = segment.exec(path);
    if (match === null) return undefined;
    const [all, name, wildcard, index, single, double] = match;
    if (wildcard !== undefined) steps.push(every);
    else steps.push(index === undefined ? (name ?? single ?? double ?? '') : Number(index));
    at += all.length;
  }
  return steps;
}

/** json-p3 with keys (`~`), and with `match` and `search` in linear time. */
function environment(): JSONPathEnvironment {
  const made = new JSONPathEnvironment({ strict: false });
  for (const [name, whole] of [['match', true] as const, ['search', false] as const]) {
    const standard = made.functionRegister.get(name);
    if (standard) made.functionRegister.set(name, boundedFunction(standard, whole));
  }
  return made;
}

function boundedFunction({ argTypes, returnType }: FilterFunction, whole: boolean): FilterFunction {
  const compiled = new Map<string, Regex | undefined>();
  const findRegex = (pattern: string) => {
    if (!compiled.has(pattern)) {
      // The pattern may come from the document, so the cache is bounded. An invalid pattern matches nothing.
      if (compiled.size >= 100) compiled.clear();
      try {
        compiled.set(pattern, compileRegex(pattern, { whole }).regex);
      } catch {
        compiled.set(pattern, undefined);
      }
    }
    return compiled.get(pattern);
  };
  const call = (text: unknown, pattern: unknown) =>
    typeof text === 'string' && typeof pattern === 'string' && (findRegex(pattern)?.test(text) ?? false);
  return { argTypes, returnType, call };
}
