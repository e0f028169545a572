/**
 * A number as programs write it into logs, or NaN: decimal, with or without exponent, `true` and `false` as 1 and 0.
 * NaN and infinities are no numbers here: they would poison a counter for ever.
 */
export function parseLogNumber(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && text !== '' && /^[\s\d+.eE-]+$/.test(text) && text.trim() !== '') return value;
  if (text === 'true') return 1;
  return text === 'false' ? 0 : Number.NaN;
}
