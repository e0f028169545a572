import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createMetrics } from '@podkit/chassis/http/metrics';
import { createLogger } from '@podkit/chassis/log/logger';
import { Lifecycle } from '@podkit/chassis/process/lifecycle';
import { deadline } from '@podkit/chassis/testing/deadline';
import { onTestFinished } from 'vitest';
import {
  type RedisEndpoint,
  type RedisEndpointOptions,
  startRedisEndpoint,
} from '../../src/frontends/redis/listener.ts';
import { ReplyScanner } from '../../src/frontends/redis/protocol/reply-scanner.ts';
import type { Engine } from '../../src/routing/engine.ts';

export type TestEndpoint = RedisEndpoint & { metricsText(): Promise<string> };

/** An endpoint of its own on a free port, closed when the test has finished. */
export async function openEndpoint(engine: Engine, options: Partial<RedisEndpointOptions> = {}): Promise<TestEndpoint> {
  const metrics = createMetrics({ service: 'test', version: '0' });
  const endpoint = await startRedisEndpoint({
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
  onTestFinished(() => endpoint.close(AbortSignal.abort()));
  return { ...endpoint, metricsText: () => metrics.registry.metrics() };
}

/** A client that speaks bytes, for what real clients would not send. */
export type RawClient = {
  socket: Socket;
  send(...bytes: (string | Buffer)[]): void;
  /** The next `count` whole replies; fewer where the connection ends before, or ten seconds pass. */
  replies(count: number): Promise<string[]>;
  /** Wait for the end of the connection. */
  closed(): Promise<void>;
};

export async function rawClient(at: number | string): Promise<RawClient> {
  const socket = typeof at === 'number' ? connect({ port: at, host: '127.0.0.1', noDelay: true }) : connect(at);
  const scanner = new ReplyScanner();
  const found: string[] = [];
  let partial = '';
  let arrived: (() => void) | undefined;
  socket.on('data', (chunk: Buffer) => {
    for (let from = 0; from < chunk.length; ) {
      const end = scanner.scan(chunk, from);
      partial += chunk.toString('latin1', from, end < 0 ? chunk.length : end);
      if (end < 0) break;
      found.push(partial);
      partial = '';
      scanner.reset();
      from = end;
    }
    arrived?.();
  });
  socket.on('close', () => arrived?.());
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return {
    socket,
    send: (...bytes) => void socket.write(Buffer.concat(bytes.map((part) => Buffer.from(part as string)))),
    replies: async (count) => {
      const late = AbortSignal.timeout(deadline(10_000));
      late.addEventListener('abort', () => arrived?.());
      while (found.length < count && !late.aborted && !socket.closed)
        await new Promise<void>((resolve) => (arrived = resolve));
      return found.splice(0, count);
    },
    closed: async () => void (socket.closed || (await once(socket, 'close'))),
  };
}
