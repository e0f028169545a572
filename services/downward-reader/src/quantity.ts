import { parseBytes } from '@podkit/chassis/config/bytes';

export type Divisors = { cpu: '1m' | '1'; memory: string };

const endings: Record<string, string> = { bytes: '1', ki: '1Ki', mi: '1Mi', gi: '1Gi' };

/**
 * What a CPU (millicores) or memory value (bytes) of a resourceFieldRef is a whole number of. The name tells it where it ends
 * in `_m`, `_bytes`, `_ki`, `_mi` or `_gi`; otherwise the setting does. The Downward API rounds up to it, so 500m with
 * divisor 1 reads 1.
 */
export function divisorOf(kind: 'cpu' | 'bytes', name: string, { cpu, memory }: Divisors): number {
  if (kind === 'cpu') return /_m$/i.test(name) || cpu === '1m' ? 1 : 1000;
  const ending = /_(bytes|ki|mi|gi)$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  return parseBytes(endings[ending] ?? memory);
}

/** A decimal integer; anything else is no quantity. */
export function wholeNumber(raw: string): number | undefined {
  return /^\d{1,18}$/.test(raw.trim()) ? Number(raw.trim()) : undefined;
}
