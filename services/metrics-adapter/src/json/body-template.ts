import { formatDuration } from '@podkit/chassis/duration';
import { PodkitError } from '@podkit/chassis/errors';

/** Parameters of a probe's URL; each may be there several times. */
export type Parameters = ReadonlyMap<string, readonly string[]>;

/** Fills a body in with the parameters of a probe. */
export type BodyTemplate = (parameters: Parameters) => string;

type Value = string | readonly string[];
type Call = (value: Value | undefined, argument: string | undefined) => Value;

const one = (value: Value | undefined): string => (typeof value === 'string' ? value : (value?.[0] ?? ''));
const functions: Record<string, Call> = {
  first: one,
  last: (value) => (typeof value === 'string' ? value : (value?.at(-1) ?? '')),
  default: (value, fallback = '') => one(value) || fallback,
  quote: (value) => JSON.stringify(one(value)),
  lower: (value) => one(value).toLowerCase(),
  upper: (value) => one(value).toUpperCase(),
  trim: (value) => one(value).trim(),
  toJson: (value) => JSON.stringify(value ?? null),
  urlquery: (value) => encodeURIComponent(one(value)),
  duration: (value, argument) => formatDuration(Number(argument ?? one(value)) * 1000),
};

/**
 * Compile the part of Go's templates that bodies need: `{{ .name }}`, and `first`, `last`, `default`, `quote`, `lower`,
 * `upper`, `trim`, `toJson`, `urlquery` and `duration` after it or alone.
 *
 * @throws {PodkitError} ERR_TEMPLATE for anything else, rather than sending what was not meant
 */
export function compileBodyTemplate(text: string): BodyTemplate {
  const parts = text.split(/\{\{-?\s*(.*?)\s*-?\}\}/s).map((part, at) => (at % 2 === 0 ? () => part : pipeline(part)));
  return (parameters) => parts.map((part) => part(parameters)).join('');
}

function pipeline(text: string): BodyTemplate {
  const stages = text.split('|').map((stage) => stageOf(stage.trim(), text));
  return (parameters) => one(stages.reduce<Value | undefined>((value, stage) => stage(value, parameters), undefined));
}

function stageOf(
  stage: string,
  whole: string,
): (value: Value | undefined, parameters: Parameters) => Value | undefined {
  const [, name, word, argument] = /^(?:\.(\w+)|(\w+)(?:\s+(\.\w+|"[^"]*"|`[^`]*`|[\d.]+))?)$/.exec(stage) ?? [];
  if (name !== undefined) return (_value, parameters) => parameters.get(name);
  const call = functions[word ?? ''];
  if (call === undefined)
    throw new PodkitError(
      'ERR_TEMPLATE',
      `"{{ ${whole} }}": "${stage}" is not understood; known are ${Object.keys(functions).join(', ')}`,
    );
  if (argument?.startsWith('.')) return (_value, parameters) => call(parameters.get(argument.slice(1)), undefined);
  return (value) => call(value, argument?.replace(/^["`](.*)["`]$/s, '$1'));
}
