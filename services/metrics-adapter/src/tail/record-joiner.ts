import type { Regex } from '../regex/bounded-regex.ts';
import type { LineOrigin, Mark } from './open-file.ts';

export type RecordJoinerOptions = {
  /** Matches the first line of a record. */
  start: Regex;
  maxLines: number;
  maxBytes: number;
  /** Milliseconds after which a record is complete even if no other follows. */
  timeout: number;
  /** `mark` is that of the record's last line. */
  onRecord: (record: string, origin: LineOrigin, mark: Mark | undefined) => void;
};

type Pending = { lines: string[]; length: number; first: LineOrigin; since: number; mark: Mark | undefined };

/** Joins lines to records, such as a log line with its stack trace, for each file separately. */
export class RecordJoiner {
  readonly #options: RecordJoinerOptions;
  readonly #pending = new Map<LineOrigin, Pending>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: RecordJoinerOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#flushOld(), Math.max(50, options.timeout / 2)).unref();
  }

  line(line: string, origin: LineOrigin, mark: Mark | undefined): void {
    const { start, maxLines, maxBytes } = this.#options;
    const pending = this.#pending.get(origin);
    if (pending === undefined || start.test(line)) {
      if (pending !== undefined) this.#flush(origin, pending);
      this.#pending.set(origin, {
        lines: [line],
        length: line.length,
        first: copyOrigin(origin),
        since: performance.now(),
        mark,
      });
      return;
    }
    pending.mark = mark;
    // What a record has beyond its limits is dropped: it is not another record.
    if (pending.lines.length >= maxLines || pending.length + line.length > maxBytes) return;
    pending.lines.push(line);
    pending.length += line.length + 1;
    pending.since = performance.now();
  }

  /** Pass on the pending records, and stop the timer. */
  stop(): void {
    clearInterval(this.#timer);
    for (const [origin, pending] of this.#pending) this.#flush(origin, pending);
  }

  #flushOld(): void {
    const before = performance.now() - this.#options.timeout;
    for (const [origin, pending] of this.#pending) if (pending.since <= before) this.#flush(origin, pending);
  }

  #flush(origin: LineOrigin, { lines, first, mark }: Pending): void {
    this.#pending.delete(origin);
    this.#options.onRecord(lines.join('\n'), first, mark);
  }
}

/** An origin changes with each of its lines; a record keeps what its first line had. */
const copyOrigin = ({ atStart, kubernetes }: LineOrigin): LineOrigin => ({
  atStart,
  ...(kubernetes ? { kubernetes } : {}),
});
