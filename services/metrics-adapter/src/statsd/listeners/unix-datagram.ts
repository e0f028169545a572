import type { EventEmitter } from 'node:events';
import { chmod, unlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { PodkitError } from '@podkit/chassis/errors';
import { cannotListen } from './address.ts';
import { removeSocketFile } from './socket-file.ts';

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
  const native = loadPackage(load);
  // There is no way to detect whether a datagram socket is in use.
  await removeSocketFile(path, async () => false);
  const socket = native.createSocket('unix_dgram', onPacket);
  let failure: unknown;
  const onBindError = (error: unknown) => {
    failure = error;
  };
  socket.on('error', onBindError);
  socket.bind(path);
  if (failure !== undefined) throw cannotListen(`Unix socket ${path}`, failure);
  socket.off('error', onBindError);
  socket.on('error', onError);
  // The application may run as another user, and must be able to send.
  await chmod(path, 0o777);
  return {
    stop: async () => {
      socket.close();
      await unlink(path).catch(() => undefined);
    },
  };
}

function loadPackage(load: () => unknown): UnixDgram {
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
