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
  /** Awaited after each piece of the stream, so that the receiver of lines can delay reading. */
  onPause?: (() => Promise<void>) | undefined;
  onError: (error: unknown) => void;
};

/**
 * Pass on the lines of a stream, such as stdin. The stream is paused while `onPause` is awaited. Returns a function that
 * ends the reading. Then, or when the stream ends, a last line without a newline is passed on.
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
 * Pass on the lines that are written into a named pipe, by one writer after another. Returns a function that ends the
 * reading.
 *
 * @throws the error of the system if the pipe can't be opened
 */
export async function readFifo(path: string, options: StreamTailOptions): Promise<() => Promise<void>> {
  // Opened for writing too, since a pipe ends when its last writer closes it.
  const handle = await open(path, constants.O_RDWR | constants.O_NONBLOCK);
  const socket = new Socket({ fd: handle.fd, readable: true, writable: false });
  const end = readStream(socket, options);
  return async () => {
    end();
    await new Promise<void>((resolve) => socket.once('close', () => resolve()).destroy());
    await handle.close().catch(() => undefined);
  };
}
