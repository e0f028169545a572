import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { LineSplitter, withoutByteOrderMark } from './line-splitter.ts';
import type { LineOrigin } from './open-file.ts';

export type StreamTailOptions = {
  maxLineBytes: number;
  onLine: (line: string, origin: LineOrigin) => void;
  onEvent?: (event: 'cut') => void;
  onEnd?: () => void;
  /** Awaited after each piece of the stream, so that what takes the lines can make reading wait. */
  onPause?: (() => Promise<void>) | undefined;
  onError: (error: unknown) => void;
};

/**
 * Hand over the lines of a stream, such as stdin. The stream waits while they are worked on, so nothing piles up.
 * Returns the function that ends it; a last line without an end is handed over then, or when the stream ends.
 */
export function readStream(
  stream: Readable,
  { maxLineBytes, onLine, onEvent, onEnd, onPause, onError }: StreamTailOptions,
): () => void {
  const origin = { atStart: true };
  let read = 0;
  let ended = false;
  const splitter = new LineSplitter({
    maxLineBytes,
    onLine: (line) => {
      onLine(origin.atStart ? withoutByteOrderMark(line) : line, origin);
      origin.atStart = false;
    },
    onCut: () => onEvent?.('cut'),
  });
  const onData = (chunk: Buffer) => {
    splitter.push(chunk, read);
    read += chunk.length;
    if (onPause === undefined) return;
    stream.pause();
    void onPause().finally(() => {
      if (!ended) stream.resume();
    });
  };
  stream.on('data', onData);
  stream.on('error', onError);
  stream.once('end', () => {
    splitter.flush(read);
    onEnd?.();
  });
  return () => {
    ended = true;
    stream.off('data', onData);
    stream.pause();
    splitter.flush(read);
  };
}

/**
 * Hand over the lines that are written into a named pipe, also when one writer goes and another comes.
 * Returns the function that ends it.
 *
 * @throws what the system says when the pipe can't be opened
 */
export async function readFifo(path: string, options: StreamTailOptions): Promise<() => Promise<void>> {
  // Open for writing too: a pipe ends when its last writer goes, and this way one always stays.
  const handle = await open(path, constants.O_RDWR | constants.O_NONBLOCK);
  const socket = new Socket({ fd: handle.fd, readable: true, writable: false });
  const end = readStream(socket, options);
  return async () => {
    end();
    await new Promise<void>((resolve) => socket.once('close', () => resolve()).destroy());
    await handle.close().catch(() => undefined);
  };
}
