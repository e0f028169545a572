import { EventEmitter } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { expect, test } from 'vitest';
import { listenUnixDatagram, type UnixDgram } from '../../src/statsd/listeners/unix-datagram.ts';

/** In place of the native package, which has to be built for the very version of Node: its interface, without a kernel. */
function fakeUnixDgram(failure?: Error) {
  const sockets: { deliver: (packet: Buffer) => void; closed: boolean }[] = [];
  const native: UnixDgram = {
    createSocket: (_type, onMessage) => {
      const state = { deliver: onMessage, closed: false };
      sockets.push(state);
      return Object.assign(new EventEmitter(), {
        bind(this: EventEmitter, path: string) {
          if (failure) this.emit('error', failure);
          else writeFileSync(path, '');
        },
        close: () => {
          state.closed = true;
        },
      });
    },
  };
  return { load: () => native, sockets };
}

test('packets are passed on, and the socket file is removed at the end', async () => {
  const path = join(tempDir(), 'statsd.sock');
  const { load, sockets } = fakeUnixDgram();
  const packets: string[] = [];
  const listener = await listenUnixDatagram({
    path,
    load,
    onPacket: (packet) => packets.push(String(packet)),
    onError: () => undefined,
  });
  sockets[0]?.deliver(Buffer.from('a:1|c'));
  expect(packets).toEqual(['a:1|c']);
  await listener.stop();
  expect([sockets[0]?.closed, existsSync(path)]).toEqual([true, false]);
});

test('a path that cannot be bound, or has another file, is named in the error', async () => {
  const path = join(tempDir(), 'statsd.sock');
  const options = { path, onPacket: () => undefined, onError: () => undefined };
  const { load } = fakeUnixDgram(new Error('bind EACCES'));
  await expect(listenUnixDatagram({ ...options, load })).rejects.toThrow(
    `cannot listen on Unix socket ${path}: bind EACCES`,
  );
  writeFileSync(path, '');
  await expect(listenUnixDatagram({ ...options, load: fakeUnixDgram().load })).rejects.toThrow(
    'another file has this path',
  );
});

test('a stale socket is replaced', async () => {
  const path = join(tempDir(), 'statsd.sock');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const { load } = fakeUnixDgram();
  const listener = await listenUnixDatagram({ path, load, onPacket: () => undefined, onError: () => undefined });
  await listener.stop();
  expect(existsSync(path)).toBe(false);
  await new Promise((resolve) => server.close(resolve));
});

const load = () => {
  throw new Error('Cannot find module');
};

test('without the native package a Unix datagram socket is refused with advice', async () => {
  const options = { path: join(tempDir(), 'x'), onPacket: () => undefined, onError: () => undefined, load };
  await expect(listenUnixDatagram(options)).rejects.toThrow('use unixStream, UDP or TCP, or install unix-dgram');
});
