import { type KeptValue, keepValue, keptToBytes, keptToText } from '../../store/kept-value.ts';
import type { Entry } from '../../store/store.ts';

/** An entry of another store, in little memory. */
export class NearEntry implements Entry {
  readonly etag: string;
  readonly expiresAt: number | undefined;
  readonly #kept: KeptValue;

  constructor({ value, etag, expiresAt }: Entry) {
    this.etag = etag;
    this.expiresAt = expiresAt;
    this.#kept = keepValue(value);
  }

  get value(): Buffer {
    return keptToBytes(this.#kept);
  }

  get text(): string | undefined {
    return keptToText(this.#kept);
  }
}
