/** Up to this length a value is kept as text: a Buffer takes some 600 bytes beside its content. */
const mostInText = 1024;

/** A value as it is kept for long: small ones as text of one byte per character (latin1). */
export type KeptValue = string | Buffer;

/** A value in as little memory as it needs, and none of it shared with others. */
export function keepValue(value: Buffer): KeptValue {
  if (value.length <= mostInText) return value.toString('latin1');
  // A slice of a network buffer would keep all of that alive.
  if (value.byteLength === value.buffer.byteLength) return value;
  const own = Buffer.allocUnsafeSlow(value.length);
  own.set(value);
  return own;
}

export const keptToBytes = (kept: KeptValue): Buffer => (typeof kept === 'string' ? Buffer.from(kept, 'latin1') : kept);

export const keptToText = (kept: KeptValue): string | undefined => (typeof kept === 'string' ? kept : undefined);
