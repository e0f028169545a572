import type { LineOrigin } from '../../tail/open-file.ts';

/** What a line was taken apart into: at 0 the line, at n the field with the n-th name. */
export type Fields = readonly (string | undefined)[];

/** Takes lines of a format apart. */
export type Format = {
  /** Names of the fields, from 1 on. */
  readonly names: readonly string[];
  /** The fields of a line, or undefined for one that is not of the format, or that is part of a record yet to end. */
  read(line: string, origin: LineOrigin): Fields | undefined;
  /** Called with the first line of a file that is read from a later place, such as a CSV header. */
  firstLine?(line: string, origin: LineOrigin): void;
};
