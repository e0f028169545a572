import type { Unreadable } from '@podkit/downward/volume';
import type { UnitSource } from './units.ts';

export type Reading = {
  /** Variable or path in the volume. */
  name: string;
  raw: string;
  /** Millicores for CPU, bytes for memory; undefined where the text is not what the field's kind asks for. */
  value: string | number | string[] | undefined;
  /** Of CPU and memory, what the API rounded up to: the limit itself is above `value - divisor`. */
  divisor?: number | undefined;
  /** What showed the divisor; `open` where nothing did, and the value is not known. */
  unit?: UnitSource;
};

/** One field with what each method says of it. */
export type Field = {
  name: string;
  /** The volume's value where there is one, since it follows changes, else the environment's. */
  value: Reading['value'];
  source: 'volume' | 'environment' | 'cgroup' | 'none';
  /** The text that the value was read from. */
  raw: string | undefined;
  /** Since when it is so, in milliseconds since the epoch. */
  since: number | undefined;
  environment: Reading | undefined;
  volume: Reading | undefined;
  /** Why the volume does not say it although a file of it could: that file, and the system's code (`EACCES`). */
  error: Unreadable | undefined;
  /** Which methods of the Downward API can carry it. */
  methods: { environment: boolean; volume: boolean };
};
