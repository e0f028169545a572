import type { Slot } from '../../store/clock-map.ts';
import { KeptValue } from '../../store/kept-value.ts';
import type { Entry } from '../../store/store.ts';

/** What an entry costs beside its key and value: the objects that hold it, measured on Node 24. */
const overhead = 200;

type Parts = {
  keyLength: number;
  value: Buffer;
  expiresAt: number | undefined;
  /** Differs between runs of the process, so that etags of another run never match. */
  life: string;
  version: number;
  ordinal: number;
};

/** An entry of the memory store. The etag's text is made only when somebody asks. */
export class MemorySlot extends KeptValue implements Entry, Slot {
  used = false;
  readonly expiresAt: number | undefined;
  readonly size: number;
  /** The place of the key among all, by when it first came; it outlives overwriting. */
  readonly ordinal: number;
  readonly #life: string;
  readonly #version: number;

  constructor({ keyLength, value, expiresAt, life, version, ordinal }: Parts) {
    super(value);
    this.#life = life;
    this.#version = version;
    this.expiresAt = expiresAt;
    this.size = keyLength + value.length + overhead;
    this.ordinal = ordinal;
  }

  get etag(): string {
    return `${this.#life}-${this.#version.toString(36)}`;
  }
}
