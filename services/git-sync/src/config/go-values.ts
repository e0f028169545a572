import { parseSetting } from '@podkit/chassis/config/setting-text';
import type { Kind } from '@podkit/chassis/config/settings';
import { PodkitError } from '@podkit/chassis/errors';

/**
 * Parse the value of a setting by the rules of Go's strconv and time, as upstream does. Words (`choice`) are not
 * checked here.
 *
 * @throws {PodkitError} when the text is not of that kind
 */
export function parseGoValue(kind: Kind, text: string): unknown {
  if (kind === 'integer') return parseGoInt(text);
  return parseSetting(kind, text);
}

const digits: Record<string, RegExp> = {
  '0x': /^[0-9a-f]+(_[0-9a-f]+)*$/i,
  '0o': /^[0-7]+(_[0-7]+)*$/,
  '0b': /^[01]+(_[01]+)*$/,
  '': /^\d+(_\d+)*$/,
};

/**
 * Parse a whole number as `strconv.ParseInt(text, 0, 64)` reads it: `0x1f`, `0o17`, `017`, `0b1`, `1_000`.
 * Numbers beyond 2^53 are refused: they would lose digits.
 *
 * @throws {PodkitError} ERR_SETTING
 */
export function parseGoInt(text: string): number {
  const sign = /^[-+]/.test(text) ? text.slice(0, 1) : '';
  const bare = text.slice(sign.length).toLowerCase();
  const [base, rest] = splitBase(bare);
  // Go allows one underscore between the base prefix and the digits.
  const number = base === '' ? rest : rest.replace(/^_/, '');
  if (!(digits[base]?.test(number) ?? false)) throw new PodkitError('ERR_SETTING', 'not a whole number');
  const value = Number(`${base}${number.replaceAll('_', '')}`);
  if (!Number.isSafeInteger(value)) throw new PodkitError('ERR_SETTING', 'out of range');
  return sign === '-' && value !== 0 ? -value : value;
}

function splitBase(bare: string): [base: string, rest: string] {
  if (/^0[xob]/.test(bare)) return [bare.slice(0, 2), bare.slice(2)];
  return /^0[\d_]/.test(bare) ? ['0o', bare.slice(1)] : ['', bare];
}
