import type { Unreadable } from '@podkit/downward/read-tree';
import type { UnitSource } from './units.ts';

export type Reading = {
  /** Variable or path in the volume. */
  name: string;
  raw: string;
  /** Millicores for CPU, bytes for memory; undefined if the text is not of the field's kind. */
  value: string | number | string[] | undefined;
  /** Unit that the API rounded CPU or memory up to: the limit itself is above `value - divisor`. */
  divisor?: number | undefined;
  /** From what the divisor is known; `open` if from nothing, and the value is not known. */
  unit?: UnitSource;
};

/** One field with its value by each method. */
export type Field = {
  name: string;
  /** The volume's value where there is one, since it follows changes, else the environment's. */
  value: Reading['value'];
  source: 'volume' | 'environment' | 'cgroup' | 'none';
  /** The text that the value was read from. */
  raw: string | undefined;
  /** When it got this value, in milliseconds since the epoch. */
  since: number | undefined;
  environment: Reading | undefined;
  volume: Reading | undefined;
  /** Why the volume does not give it: the file that is not read, and a code such as `EACCES`. */
  error: Unreadable | undefined;
  /** Which methods of the Downward API can carry it. */
  methods: { environment: boolean; volume: boolean };
};
