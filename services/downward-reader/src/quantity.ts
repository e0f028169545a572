import { parseBytes } from '@podkit/chassis/bytes';

export type Divisors = { cpu: '1m' | '1'; memory: string };

/**
 * Millicores of a CPU value as a resourceFieldRef gives it: a whole number of its divisor. The name tells the divisor
 * where it ends in `_m`; otherwise the setting does. The Downward API rounds up, so 500m with divisor 1 reads 1.
 */
export function millicores(raw: string, name: string, { cpu }: Divisors): number | undefined {
  const value = wholeNumber(raw);
  if (value === undefined) return undefined;
  return /_m$/i.test(name) || cpu === '1m' ? value : value * 1000;
}

const endings: Record<string, string> = { bytes: '1', ki: '1Ki', mi: '1Mi', gi: '1Gi' };

/** Bytes of a memory or storage value as a resourceFieldRef gives it; see `millicores` for the divisor. */
export function bytesOf(raw: string, name: string, { memory }: Divisors): number | undefined {
  const value = wholeNumber(raw);
  const ending = /_(bytes|ki|mi|gi)$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  return value === undefined ? undefined : value * parseBytes(endings[ending] ?? memory);
}

/** A decimal integer; anything else is no quantity. */
export function wholeNumber(raw: string): number | undefined {
  return /^\d{1,18}$/.test(raw.trim()) ? Number(raw.trim()) : undefined;
}
