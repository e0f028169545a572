import { NamedCounts } from '../named-counts.ts';

/** Counts of a source of log lines. */
export class LogCounts {
  lines = 0;
  /** Lines that at least one rule took. */
  matched = 0;
  /** Lines that don't have the format. */
  malformed = 0;
  readonly conflicts = new NamedCounts();
  /** Samples left out, by reason. */
  readonly errors = new NamedCounts();
  /** Events of files, such as `rotated`. */
  readonly events = new NamedCounts();
  readErrors = 0;
}
