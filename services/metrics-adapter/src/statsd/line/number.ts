import { decimalText } from '../../numbers/float-text.ts';

const zero = 48;
const plus = 43;
const minus = 45;
const dot = 46;
const powers = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/**
 * The decimal number in `text` between `start` and `end`, or NaN if there is none. Unlike Go's ParseFloat it refuses
 * hexadecimal numbers, `1_000`, NaN and infinities. A counter would keep NaN or an infinity until the restart.
 */
export function parseDecimal(text: string, start: number, end: number): number {
  const first = text.charCodeAt(start);
  let at = first === plus || first === minus ? start + 1 : start;
  if (at >= end || end - at > 15) return parseSlowly(text.slice(start, end));
  let mantissa = 0;
  let decimals = -1;
  for (; at < end; at += 1) {
    const digit = text.charCodeAt(at) - zero;
    if (digit >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit;
      if (decimals >= 0) decimals += 1;
    } else if (digit === dot - zero && decimals < 0) {
      decimals = 0;
    } else {
      return parseSlowly(text.slice(start, end));
    }
  }
  // Both operands are exact, so the quotient is the correctly rounded value.
  if (decimals > 0) mantissa /= powers[decimals] ?? 1;
  else if (decimals === 0) return parseSlowly(text.slice(start, end));
  return first === minus ? -mantissa : mantissa;
}

function parseSlowly(text: string): number {
  if (!decimalText.test(text)) return Number.NaN;
  const value = Number(text);
  return Number.isFinite(value) ? value : Number.NaN;
}
