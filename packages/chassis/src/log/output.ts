import { pino } from 'pino';

export type LogOutput = ReturnType<typeof pino.destination>;

/** What an output could not write, for the metrics of it. */
export type LostLines = { dropped: number; isBroken: boolean };

export type LogOutputOptions = {
  /** The file descriptor: 1 is standard output, 2 standard error. */
  descriptor?: 1 | 2 | undefined;
  /** Called with the number of lines that were dropped, once there is room again. */
  onDropped?: (lines: number) => void;
  /** Where it is noted. `isBroken` once the reader is gone (EPIPE): from then on lines go nowhere and cost nothing. */
  lost?: LostLines;
  /** Bytes that may wait for a slow reader. Further lines are dropped, so that memory is bounded. */
  limit?: number;
};

/** Bytes that are gathered before a write, and the milliseconds that a line may wait for others. */
const batch = 8192;
const interval = 200;

/**
 * The output of log lines, asynchronous and in batches. If it is flushed when the process exits, lines are lost only by SIGKILL and by a
 * crash of Node itself.
 */
export function logOutput(options: LogOutputOptions = {}): LogOutput {
  const { descriptor = 1, onDropped, lost = { dropped: 0, isBroken: false }, limit = 16 * 1024 * 1024 } = options;
  const output = pino.destination({
    dest: descriptor,
    sync: false,
    minLength: batch,
    periodicFlush: interval,
    maxLength: limit,
  });
  let reported = 0;
  output.on('drop', (text: string) => {
    lost.dropped += text.split('\n').length - 1;
  });
  output.on('drain', () => {
    const dropped = lost.dropped - reported;
    if (dropped === 0) return;
    reported = lost.dropped;
    onDropped?.(dropped);
  });
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') return;
    lost.isBroken = true;
    // pino has made its other methods do nothing. This one would try the write again, also at each interval.
    output.flush = (done) => done?.();
  });
  return output;
}
