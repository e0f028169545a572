import type { EventEmitter } from 'node:events';
import { chmod, lstat, unlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { describeError, PodkitError } from '@podkit/chassis/errors';

type DatagramSocket = EventEmitter & { bind(path: string): void; close(): void };
/** The used part of the package unix-dgram. */
export type UnixDgram = { createSocket(type: 'unix_dgram', onMessage: (packet: Buffer) => void): DatagramSocket };

export type UnixDatagramOptions = {
  path: string;
  onPacket: (packet: Buffer) => void;
  onError: (error: unknown) => void;
  /** Loads the native package; tests pass their own. */
  load?: () => unknown;
};

const loadNative = (): unknown => createRequire(import.meta.url)('unix-dgram');

/**
 * Receive packets on a Unix datagram socket. Node has none, so this needs the native package unix-dgram.
 *
 * @throws {PodkitError} ERR_UNIX_DATAGRAM if the package can't be loaded, ERR_LISTEN if the path can't be used
 */
export async function listenUnixDatagram({
  path,
  onPacket,
  onError,
  load = loadNative,
}: UnixDatagramOptions): Promise<{ stop(): Promise<void> }> {
  const native = loadOrExplain(load);
  await removeSocketFile(path);
  const socket = native.createSocket('unix_dgram', onPacket);
  let failure: unknown;
  const onBindError = (error: unknown) => {
    failure = error;
  };
  socket.on('error', onBindError);
  socket.bind(path);
  if (failure !== undefined)
    throw new PodkitError('ERR_LISTEN', `statsd: cannot listen on Unix socket ${path}: ${describeError(failure)}`, {
      cause: failure,
    });
  socket.off('error', onBindError);
  socket.on('error', onError);
  // Every user who shares the volume may send.
  await chmod(path, 0o777);
  return {
    stop: async () => {
      socket.close();
      await unlink(path).catch(() => undefined);
    },
  };
}

function loadOrExplain(load: () => unknown): UnixDgram {
  try {
    return load() as UnixDgram;
  } catch (cause) {
    const advice = 'use unixStream, UDP or TCP, or install unix-dgram with its build tools (npm install unix-dgram)';
    throw new PodkitError(
      'ERR_UNIX_DATAGRAM',
      `statsd: unixDatagram needs the native package unix-dgram, which cannot be loaded; ${advice}`,
      { cause },
    );
  }
}

/** Remove a socket file. Whether a datagram socket is in use can't be found out; any other file is an error. */
async function removeSocketFile(path: string): Promise<void> {
  const stats = await lstat(path).catch(() => undefined);
  if (stats === undefined) return;
  if (!stats.isSocket())
    throw new PodkitError('ERR_LISTEN', `statsd: cannot listen on Unix socket ${path}: a file is there`);
  await unlink(path);
}
