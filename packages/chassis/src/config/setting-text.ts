import { PodkitError } from '../errors.ts';
import { parseBytes } from './bytes.ts';
import { parseDuration } from './duration.ts';
import type { Kind } from './settings.ts';

const truths = new Map([
  ...['1', 't', 'T', 'true', 'TRUE', 'True'].map((word) => [word, true] as const),
  ...['0', 'f', 'F', 'false', 'FALSE', 'False'].map((word) => [word, false] as const),
]);

const parsers: Record<Kind, (text: string) => unknown> = {
  text: (text) => text,
  choice: (text) => text,
  integer: (text) => parseWhole(text),
  port: (text) => parseWhole(text),
  number: (text) => (/^[-+]?(\d+(\.\d+)?|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : refuse('not a number')),
  flag: (text) => truths.get(text) ?? refuse('neither true nor false'),
  duration: parseDuration,
  bytes: parseBytes,
  list: (text) =>
    text
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== ''),
  url: (text) => (URL.canParse(text) ? text : refuse('not an absolute URL')),
};

/**
 * The value of a setting of some kind from its text.
 *
 * @throws {PodkitError} ERR_SETTING (or the parser's own code) when the text is not of that kind
 */
export function parseSetting(kind: Kind, text: string): unknown {
  return parsers[kind](text);
}

function parseWhole(text: string): number {
  return /^[-+]?\d{1,15}$/.test(text) ? Number(text) : refuse('not a whole number');
}

function refuse(why: string): never {
  throw new PodkitError('ERR_SETTING', why);
}

type Bounds = { minimum?: number; maximum?: number; enum?: unknown[]; pattern?: string };

const expectations: Record<Kind, string> = {
  text: 'text',
  choice: '',
  integer: 'a whole number',
  port: 'a port',
  number: 'a number',
  flag: 'true or false',
  duration: 'a duration such as 500ms, 5s or 1m30s',
  bytes: 'a size such as 4096, 64Mi or 1G',
  list: 'words separated by commas',
  url: 'an absolute URL',
};

/** What a setting accepts, for people: `a whole number from 1 to 10`, `one of keep, fail`. */
export function describeAccepted(kind: Kind, bounds: Bounds): string {
  if (bounds.enum) return `one of ${bounds.enum.join(', ')}`;
  if (bounds.pattern !== undefined) return `text that matches ${bounds.pattern}`;
  return expectations[kind] + range(kind, bounds);
}

function range(kind: Kind, { minimum, maximum }: Bounds): string {
  const unit = kind === 'duration' ? 'ms' : '';
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum}${unit} to ${maximum}${unit}`;
  if (minimum !== undefined && minimum !== 0) return `, at least ${minimum}${unit}`;
  if (maximum !== undefined) return `, at most ${maximum}${unit}`;
  return '';
}
