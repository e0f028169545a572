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
  readonly errors = new Map<string, number>();
  /** Events of files, such as `rotated`. */
  readonly events = new Map<string, number>();
  readErrors = 0;

  error(reason: string): void {
    this.errors.set(reason, (this.errors.get(reason) ?? 0) + 1);
  }

  event(event: string): void {
    this.events.set(event, (this.events.get(event) ?? 0) + 1);
  }
}
