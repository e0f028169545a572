/** Up to this length a value is kept as text: a Buffer takes about 600 bytes besides its content. */
const maxInText = 1024;

/** A value that is kept for long, in as little memory as it needs, and none of it shared with others. */
export class KeptValue {
  readonly #kept: string | Buffer;

  constructor(value: Buffer) {
    this.#kept = value.length <= maxInText ? value.toString('latin1') : ownBytes(value);
  }

  get value(): Buffer {
    return typeof this.#kept === 'string' ? Buffer.from(this.#kept, 'latin1') : this.#kept;
  }

  /** The value as text of one byte per character (latin1), where it is small and kept so. */
  get text(): string | undefined {
    return typeof this.#kept === 'string' ? this.#kept : undefined;
  }
}

/** A slice of a network buffer would keep all of that alive. */
function ownBytes(value: Buffer): Buffer {
  if (value.byteLength === value.buffer.byteLength) return value;
  const own = Buffer.allocUnsafeSlow(value.length);
  own.set(value);
  return own;
}
