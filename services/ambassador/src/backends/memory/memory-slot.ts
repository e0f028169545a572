import type { Slot } from '../../store/clock-map.ts';
import { KeptValue } from '../../store/kept-value.ts';
import type { Entry } from '../../store/store.ts';

/** Bytes of an entry besides its key and value: the objects that hold it, measured on Node 24. */
const overhead = 200;

type Parts = {
  keyLength: number;
  value: Buffer;
  expiresAt: number | undefined;
  /** Differs between runs of the process, so that etags of another run never match. */
  runId: string;
  version: number;
  ordinal: number;
};

/** An entry of the memory store. The text of the etag is created only when it is read. */
export class MemorySlot extends KeptValue implements Entry, Slot {
  used = false;
  readonly expiresAt: number | undefined;
  readonly size: number;
  /** The position of the key in the order of insertion. It stays the same when the value is overwritten. */
  readonly ordinal: number;
  readonly #runId: string;
  readonly #version: number;

  constructor({ keyLength, value, expiresAt, runId, version, ordinal }: Parts) {
    super(value);
    this.#runId = runId;
    this.#version = version;
    this.expiresAt = expiresAt;
    this.size = keyLength + value.length + overhead;
    this.ordinal = ordinal;
  }

  get etag(): string {
    return `${this.#runId}-${this.#version.toString(36)}`;
  }
}
