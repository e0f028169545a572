import { pino } from 'pino';
import { LineBatch } from './line-batch.ts';

export type StandardOutputOptions = {
  /** Told how many lines were dropped, once there is room again. */
  onDropped?: (lines: number) => void;
  /** Bytes that may wait for whoever reads; what comes beyond is dropped: a stuck reader must not cost all memory. */
  limit?: number;
};

/** Standard output, written behind the event loop's back and in batches: flush it when the process exits. */
export function standardOutput({ onDropped, limit = 16 * 1024 * 1024 }: StandardOutputOptions = {}): LineBatch {
  // Without `minLength` its flush would not wait for the line that is being written, and those of the exit overtake it.
  const destination = pino.destination({ dest: 1, sync: false, minLength: 1, maxLength: limit });
  let dropped = 0;
  destination.on('drop', (text: string) => {
    dropped += text.split('\n').length - 1;
  });
  destination.on('drain', () => {
    if (dropped === 0) return;
    onDropped?.(dropped);
    dropped = 0;
  });
  return new LineBatch(destination);
}
