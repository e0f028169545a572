import type { LineOrigin } from '../../tail/open-file.ts';

/** The parts of a line: at 0 the line, at n the field with the n-th name. */
export type Fields = readonly (string | undefined)[];

/** Splits the lines of a format into fields. */
export type LineFormat = {
  /** Names of the fields, from 1 on. */
  readonly names: readonly string[];
  /** The fields of a line; undefined if it doesn't have the format, or if its record continues in the next line. */
  read(line: string, origin: LineOrigin): Fields | undefined;
  /** Called with the first line, such as a CSV header, of a file that is read from a later position. */
  firstLine?(line: string, origin: LineOrigin): void;
};
