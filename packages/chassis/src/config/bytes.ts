import { PodkitError } from '../errors.ts';

const multipliers: Record<string, number> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/**
 * Bytes of a size written as Kubernetes writes a quantity: `64Mi`, `1.5G`, `4096`.
 *
 * @throws {PodkitError} ERR_BYTES
 */
export function parseBytes(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(k|M|G|T|Ki|Mi|Gi|Ti|)$/.exec(text);
  if (!match) throw new PodkitError('ERR_BYTES', `"${text}" is not a size such as 4096, 64Mi or 1G`);
  return Math.ceil(Number(match[1]) * (multipliers[match[2] ?? ''] ?? 1));
}

/** A number of bytes in the largest binary unit that divides it: 67108864 is `64Mi`. */
export function formatBytes(bytes: number): string {
  const unit = ['Ti', 'Gi', 'Mi', 'Ki'].find((name) => bytes > 0 && bytes % (multipliers[name] ?? 1) === 0);
  return unit === undefined ? String(bytes) : `${bytes / (multipliers[unit] ?? 1)}${unit}`;
}
