/**
 * Writes protocol buffer messages: the number and wire type of a field, then its value. Default values are written too,
 * since proto2 distinguishes 0 from an absent field.
 *
 * https://protobuf.dev/programming-guides/encoding/
 */
export class ProtobufWriter {
  #buffer = Buffer.allocUnsafe(4096);
  #at = 0;

  /** Take the bytes that were written since the last call. */
  take(): Buffer {
    const bytes = Buffer.from(this.#buffer.subarray(0, this.#at));
    this.#at = 0;
    return bytes;
  }

  get size(): number {
    return this.#at;
  }

  text(field: number, value: string): void {
    const length = Buffer.byteLength(value);
    this.#tag(field, 2);
    this.#varint(length);
    this.#room(length);
    this.#at += this.#buffer.write(value, this.#at);
  }

  double(field: number, value: number): void {
    this.#tag(field, 1);
    this.#room(8);
    this.#at = this.#buffer.writeDoubleLE(value, this.#at);
  }

  /** uint32, uint64, int32 and enum. Other values become 0 or 2^53, so that writing always ends. */
  unsigned(field: number, value: number): void {
    this.#tag(field, 0);
    this.#varint(value);
  }

  /** int64, whose negative numbers take ten bytes. */
  int64(field: number, value: number): void {
    if (!(value < 0)) return this.unsigned(field, value);
    this.#tag(field, 0);
    this.#room(10);
    let rest = BigInt.asUintN(64, BigInt(Math.max(Math.trunc(value), Number.MIN_SAFE_INTEGER)));
    for (; rest >= 128n; rest >>= 7n) this.#byte(Number(rest & 127n) | 128);
    this.#byte(Number(rest));
    return undefined;
  }

  /** sint32 and sint64, within 2^52. */
  signed(field: number, value: number): void {
    this.unsigned(field, zigzag(value));
  }

  packedDoubles(field: number, values: readonly number[]): void {
    this.message(field, () => {
      this.#room(values.length * 8);
      for (const value of values) this.#at = this.#buffer.writeDoubleLE(value, this.#at);
    });
  }

  packedSigned(field: number, values: readonly number[]): void {
    this.message(field, () => {
      for (const value of values) this.#varint(zigzag(value));
    });
  }

  /** A nested message. Its length is known only after it is written, so its bytes are then moved to make room. */
  message(field: number, write: () => void): void {
    this.#tag(field, 2);
    const start = this.#at;
    write();
    const length = this.#at - start;
    const size = varintSize(length);
    this.#room(size);
    this.#buffer.copyWithin(start + size, start, this.#at);
    this.#at = start;
    this.#varint(length);
    this.#at = start + size + length;
  }

  #tag(field: number, wireType: number): void {
    this.#varint(field * 8 + wireType);
  }

  #varint(value: number): void {
    this.#room(10);
    let rest = value > 0 ? Math.min(Math.round(value), Number.MAX_SAFE_INTEGER) : 0;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.#byte((rest % 128) | 128);
    this.#byte(rest);
  }

  #byte(value: number): void {
    this.#buffer[this.#at] = value;
    this.#at += 1;
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#at + bytes));
    this.#buffer.copy(larger, 0, 0, this.#at);
    this.#buffer = larger;
  }
}

const zigzag = (value: number) => {
  const whole = Math.round(value);
  return whole < 0 ? -2 * whole - 1 : 2 * whole;
};

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size += 1;
  return size;
}
