import { createHash, randomInt, randomUUID } from 'node:crypto';
import { formatDuration } from '@podkit/chassis/config/duration';
import { PodkitError } from '@podkit/chassis/errors';
import { isEmpty, type TemplateValue, valueCount, valueList, valueNumber, valueText } from './value.ts';

/** A function of templates, with its least and most number of arguments. */
export type TemplateFunction = { least: number; most: number; call: (...values: TemplateValue[]) => TemplateValue };

const takes = (least: number, most: number, call: TemplateFunction['call']): TemplateFunction => ({
  least,
  most,
  call,
});
const onText = (call: (text: string) => TemplateValue) => takes(1, 1, (value) => call(valueText(value)));
const onTexts = (call: (option: string, text: string) => TemplateValue) =>
  takes(2, 2, (option, value) => call(valueText(option), valueText(value)));
const onNumber = (call: (value: number) => number) => takes(1, 1, (value) => call(valueNumber(value)));
const onNumbers = (call: (...values: number[]) => number, least = 1, most = Infinity) =>
  takes(least, most, (...values) => call(...values.map(valueNumber)));
const whole = (call: (a: number, b: number) => number) => onNumbers((a = 0, b = 0) => Math.trunc(call(a, b)), 2, 2);
const digest = (name: string) => onText((text) => createHash(name).update(text).digest('hex'));
const random = (letters: string) =>
  takes(1, 1, (count) => Array.from({ length: valueCount(count) }, () => letters[randomInt(letters.length)]).join(''));
const digits = '0123456789';
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

const texts = {
  upper: onText((text) => text.toUpperCase()),
  lower: onText((text) => text.toLowerCase()),
  title: onText((text) => text.replaceAll(/(?<!\S)\S/g, (letter) => letter.toUpperCase())),
  trim: onText((text) => text.trim()),
  trimPrefix: onTexts((prefix, text) => (text.startsWith(prefix) ? text.slice(prefix.length) : text)),
  trimSuffix: onTexts((suffix, text) => (text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text)),
  nospace: onText((text) => text.replaceAll(/\s/g, '')),
  trunc: takes(2, 2, (count, text) => truncate(valueText(text), valueNumber(count))),
  substr: takes(3, 3, (from, to, text) => substring(valueText(text), valueNumber(from), valueNumber(to))),
  repeat: takes(2, 2, (count, text) => repeatText(valueText(text), valueCount(count))),
  replace: takes(3, 3, (old, by, text) => replaceText(valueText(text), valueText(old), valueText(by))),
  contains: onTexts((part, text) => text.includes(part)),
  hasPrefix: onTexts((prefix, text) => text.startsWith(prefix)),
  hasSuffix: onTexts((suffix, text) => text.endsWith(suffix)),
  quote: takes(1, Infinity, (...values) => values.map((value) => JSON.stringify(valueText(value))).join(' ')),
  squote: takes(1, Infinity, (...values) => values.map((value) => `'${valueText(value)}'`).join(' ')),
  cat: takes(1, Infinity, (...values) => values.map(valueText).join(' ')),
  toString: onText((text) => text),
  urlquery: onText((text) => new URLSearchParams({ '': text }).toString().slice(1)),
  b64enc: onText((text) => Buffer.from(text).toString('base64')),
  b64dec: onText((text) => Buffer.from(text, 'base64').toString()),
  sha1sum: digest('sha1'),
  sha256sum: digest('sha256'),
  sha512sum: digest('sha512'),
};

const lists = {
  list: takes(0, Infinity, (...values) => values),
  first: takes(1, 1, (value) => valueList(value)[0]),
  last: takes(1, 1, (value) => valueList(value).at(-1)),
  join: takes(2, 2, (between, value) => joinTexts(valueList(value).map(valueText), valueText(between))),
  splitList: onTexts((between, text) => text.split(between)),
  uniq: takes(1, 1, (value) => [...new Set(valueList(value))]),
  sortAlpha: takes(1, 1, (value) => valueList(value).map(valueText).toSorted()),
  len: takes(1, 1, (value) => (Array.isArray(value) ? value.length : Buffer.byteLength(valueText(value)))),
  index: takes(2, 2, (value, at) => valueList(value)[valueNumber(at)]),
  toJson: takes(1, 1, (value) => JSON.stringify(value ?? null)),
};

const choices = {
  default: takes(2, 2, (fallback, value) => (isEmpty(value) ? fallback : value)),
  coalesce: takes(1, Infinity, (...values) => values.find((value) => !isEmpty(value))),
  empty: takes(1, 1, isEmpty),
  ternary: takes(3, 3, (yes, no, test) => (isEmpty(test) ? no : yes)),
  not: takes(1, 1, isEmpty),
  and: takes(1, Infinity, (...values) => values.find(isEmpty) ?? values.at(-1)),
  or: takes(1, Infinity, (...values) => values.find((value) => !isEmpty(value)) ?? values.at(-1)),
  eq: takes(2, 2, (a, b) => a === b),
  ne: takes(2, 2, (a, b) => a !== b),
};

const numbers = {
  int: onNumber(Math.trunc),
  int64: onNumber(Math.trunc),
  float64: onNumber((value) => value),
  atoi: onNumber(Math.trunc),
  add: onNumbers((...values) => values.reduce((sum, value) => sum + Math.trunc(value), 0)),
  add1: onNumber((value) => Math.trunc(value) + 1),
  mul: onNumbers((...values) => values.reduce((product, value) => product * Math.trunc(value), 1)),
  sub: whole((a, b) => a - b),
  div: whole((a, b) => a / b),
  mod: whole((a, b) => a % b),
  max: onNumbers(Math.max),
  min: onNumbers(Math.min),
  floor: onNumber(Math.floor),
  ceil: onNumber(Math.ceil),
  randInt: takes(2, 2, (from, to) => randomBetween(valueNumber(from), valueNumber(to))),
  randNumeric: random(digits),
  randAlpha: random(alphabet),
  randAlphaNum: random(alphabet + digits),
  uuidv4: takes(0, 0, () => randomUUID()),
  now: takes(0, 0, () => new Date()),
  unixEpoch: takes(1, 1, (time) => String(Math.floor(valueNumber(time) / 1000))),
  duration: takes(1, 1, (seconds) => formatDuration(valueNumber(seconds) * 1000)),
};

/**
 * The functions of Sprig (https://masterminds.github.io/sprig/) and of Go's text/template that make a text. Functions
 * that read the environment or the network are left out: they would show secrets to a target.
 */
export const templateFunctions: ReadonlyMap<string, TemplateFunction> = new Map(
  Object.entries({ ...texts, ...lists, ...choices, ...numbers }),
);

/** Maximum characters of a text. The parameters of a probe decide its length, and one may multiply another. */
const longestText = 1_048_576;

/** @throws {PodkitError} ERR_TEMPLATE if a text of this length is too long */
function checkLength(length: number): void {
  if (length > longestText)
    throw new PodkitError('ERR_TEMPLATE', `a text would have more than ${longestText} characters`);
}

function repeatText(text: string, count: number): string {
  checkLength(text.length * count);
  return text.repeat(count);
}

function replaceText(text: string, old: string, by: string): string {
  const places = old === '' ? text.length + 1 : text.split(old).length - 1;
  checkLength(text.length + places * by.length);
  return text.replaceAll(old, () => by);
}

function joinTexts(parts: readonly string[], between: string): string {
  checkLength(parts.reduce((sum, { length }) => sum + length, parts.length * between.length));
  return parts.join(between);
}

function truncate(text: string, count: number): string {
  const letters = Array.from(text);
  return (count < 0 ? letters.slice(count) : letters.slice(0, count)).join('');
}

function substring(text: string, from: number, to: number): string {
  return text.slice(Math.max(0, from), to < 0 || to > text.length ? undefined : to);
}

/** A random whole number of at least `from` and below `to`. */
function randomBetween(from: number, to: number): number {
  const low = limitBound(from);
  const high = limitBound(to);
  return high > low ? randomInt(low, high) : low;
}

/** `randomInt` takes only ranges below 2^48. */
const limitBound = (bound: number) => Math.trunc(Math.min(Math.max(bound, -(2 ** 46)), 2 ** 46));
