import { pino } from 'pino';

export type LogOutput = ReturnType<typeof pino.destination>;

export type LogOutputOptions = {
  /** The file descriptor: 1 is standard output, 2 standard error. */
  descriptor?: 1 | 2;
  /** Called with the number of lines that were dropped, once there is room again. */
  onDropped?: (lines: number) => void;
  /** Called once when the reader is gone (EPIPE). From then on lines go nowhere and cost nothing. */
  onBroken?: () => void;
  /** Bytes that may wait for a slow reader. Further lines are dropped, so that memory is bounded. */
  limit?: number;
};

/** Bytes that are gathered before a write, and the milliseconds that a line may wait for others. */
const [batch, interval] = [8192, 200];

/**
 * The output of log lines, asynchronous and in batches. If it is flushed when the process exits, lines are lost only by SIGKILL and by a
 * crash of Node itself.
 */
export function logOutput(options: LogOutputOptions = {}): LogOutput {
  const { descriptor = 1, onDropped, onBroken, limit = 16 * 1024 * 1024 } = options;
  const output = pino.destination({
    dest: descriptor,
    sync: false,
    minLength: batch,
    periodicFlush: interval,
    maxLength: limit,
  });
  let dropped = 0;
  output.on('drop', (text: string) => {
    dropped += text.split('\n').length - 1;
  });
  output.on('drain', () => {
    if (dropped === 0) return;
    onDropped?.(dropped);
    dropped = 0;
  });
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') onBroken?.();
  });
  return output;
}
