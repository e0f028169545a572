import { finite } from './gate.ts';

/** A decimal number as text. The pattern is unambiguous, so it takes linear time. */
export const decimalText = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Maximum length of the text of a number. The longest exact double has 767 significant digits. */
const longestNumber = 1100;

/**
 * A float as the Prometheus formats have it: decimal, `NaN`, `+Inf`, `-Inf`, in any case. Undefined for any other text,
 * and for a decimal number that a double can't hold, such as `1e999`. Unlike Go's ParseFloat it takes no hexadecimal and
 * no `1_000`, which the formats exclude.
 */
export function parseFloatText(text: string): number | undefined {
  if (text.length > longestNumber) return undefined;
  if (decimalText.test(text)) return finite(Number(text));
  const word = text.toLowerCase();
  if (word === 'nan') return Number.NaN;
  if (word === '+inf' || word === 'inf' || word === '+infinity' || word === 'infinity') return Number.POSITIVE_INFINITY;
  return word === '-inf' || word === '-infinity' ? Number.NEGATIVE_INFINITY : undefined;
}
