import { NamedCounts } from '../named-counts.ts';

/** What a source of lines has seen. */
export class LogCounts {
  lines = 0;
  /** Lines that at least one rule took. */
  matched = 0;
  /** Lines that are not of the format. */
  malformed = 0;
  readonly conflicts = new NamedCounts();
  /** Samples left out, by reason. */
  readonly errors = new Map<string, number>();
  /** What happened to files, by event. */
  readonly events = new Map<string, number>();
  readErrors = 0;

  error(reason: string): void {
    this.errors.set(reason, (this.errors.get(reason) ?? 0) + 1);
  }

  event(event: string): void {
    this.events.set(event, (this.events.get(event) ?? 0) + 1);
  }
}
