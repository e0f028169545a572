import { connect, type Socket } from 'node:net';
import { Lifecycle } from '@podkit/chassis/lifecycle';
import { createLogger } from '@podkit/chassis/log';
import { createMetrics } from '@podkit/chassis/metrics';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { onTestFinished } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import { type RespDoor, type RespDoorOptions, startRespDoor } from '../../src/resp/door/door.ts';

export type TestDoor = RespDoor & { metricsText(): Promise<string> };

/** A door of its own on a free port, closed when the test has finished. */
export async function openDoor(engine: Engine, options: Partial<RespDoorOptions> = {}): Promise<TestDoor> {
  const metrics = createMetrics({ service: 'test', version: '0' });
  const door = await startRespDoor({
    engine,
    log: createLogger({ service: 'test', version: '0', level: 'silent' }),
    lifecycle: new Lifecycle({ drainDelay: 0, shutdownTimeout: 1000 }),
    registry: metrics.registry,
    host: '127.0.0.1',
    port: 0,
    credentials: { username: 'default', password: () => undefined },
    maxClients: 100,
    ...options,
  });
  onTestFinished(() => door.close(AbortSignal.abort()));
  return { ...door, metricsText: () => metrics.registry.metrics() };
}

/** A client that speaks bytes, for what real clients would not send. */
export type RawClient = {
  socket: Socket;
  /** All that came so far. */
  text(): string;
  closed(): boolean;
  /** Send, and wait until as much came as `expected` has; returns what came since the last call. */
  exchange(bytes: string | Buffer, expected: string): Promise<string>;
};

export async function rawClient(port: number): Promise<RawClient> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let [received, ended, seen] = ['', false, 0];
  socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
  socket.on('close', () => (ended = true));
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  await waitFor('the connection', () => !socket.connecting);
  return {
    socket,
    text: () => received,
    closed: () => ended,
    exchange: async (bytes, expected) => {
      socket.write(bytes);
      await waitFor(`the reply ${JSON.stringify(expected)}`, () => received.length >= seen + expected.length).catch(
        () => undefined,
      );
      const part = received.slice(seen);
      seen = received.length;
      return part;
    },
  };
}
