import { connect } from 'node:http2';
import { Client, credentials, type Metadata } from '@grpc/grpc-js';
import { freePort } from '@podkit/chassis/testing/free-port';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { GrpcHealth, type ServiceStatus } from '../src/health/grpc-health.ts';
import { decodeHealthRequest, frame, unframe } from '../src/health/grpc-message.ts';

/** HealthCheckRequest with field 1, as a protobuf library writes it. */
function requestOf(service: string): Buffer {
  const text = Buffer.from(service);
  return text.length === 0 ? text : Buffer.concat([Buffer.of(0x0a, text.length), text]);
}

async function start(status: ServiceStatus): Promise<{ server: GrpcHealth; client: Client; port: number }> {
  const port = await freePort();
  const server = new GrpcHealth({ status });
  await server.listen({ host: '127.0.0.1', port, setting: 'X' });
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  onTestFinished(async () => {
    client.close();
    await server.close();
  });
  return { server, client, port };
}

const same = (bytes: Buffer) => bytes;

/** The status number that Check answers, or the gRPC error code. */
function check(client: Client, service: string, method = 'Check'): Promise<number | { code: number }> {
  return new Promise((resolve) => {
    const path = `/grpc.health.v1.Health/${method}`;
    client.makeUnaryRequest(path, same, same, requestOf(service), (error, answer) =>
      resolve(error ? { code: error.code } : (answer?.[1] ?? -1)),
    );
  });
}

describe('gRPC health, asked by @grpc/grpc-js', () => {
  it('answers Check with SERVING, NOT_SERVING, and NOT_FOUND for a service that is not there', async () => {
    const answers: Record<string, boolean> = { '': true, liveness: false };
    const { client } = await start(async (service) => answers[service]);
    expect(await check(client, '')).toBe(1);
    expect(await check(client, 'liveness')).toBe(2);
    expect(await check(client, 'nobody')).toEqual({ code: 5 });
  });

  it('answers a method that it has not with UNIMPLEMENTED', async () => {
    const { client } = await start(async () => true);
    expect(await check(client, '', 'List')).toEqual({ code: 12 });
  });

  it('tells a watcher each change, and SERVICE_UNKNOWN for what is not there', async () => {
    let serving: boolean | undefined = true;
    const { server, client } = await start(async () => serving);
    const seen: number[] = [];
    let end: number | undefined;
    const watch = client.makeServerStreamRequest('/grpc.health.v1.Health/Watch', same, same, requestOf(''));
    watch.on('data', (message: Buffer) => seen.push(message[1] ?? -1));
    watch.on('error', () => undefined);
    watch.on('status', ({ code }: { code: number; metadata: Metadata }) => (end = code));
    await waitFor('the first status', () => seen.length === 1);
    await server.update();
    serving = false;
    await server.update();
    serving = undefined;
    await server.update();
    await waitFor('three statuses', () => seen.length === 3);
    expect(seen).toEqual([1, 2, 3]);
    await server.close();
    await waitFor('the end of the watch', () => end !== undefined);
    expect(end).toBe(0);
  });

  it('refuses rubbish and lives on', async () => {
    const { client, port } = await start(async () => true);
    const session = connect(`http://127.0.0.1:${port}`);
    onTestFinished(() => session.close());
    const send = async (body: Buffer, type = 'application/grpc') => {
      const stream = session.request({
        ':method': 'POST',
        ':path': '/grpc.health.v1.Health/Check',
        'content-type': type,
      });
      stream.end(body);
      return new Promise((resolve) => {
        stream.once('response', (headers) => resolve(headers['grpc-status'] ?? headers[':status']));
        stream.resume();
      });
    };
    expect(await send(Buffer.from('no frame'))).toBe('3');
    expect(await send(frame(Buffer.of(0x0a, 200)))).toBe('3');
    expect(await send(Buffer.alloc(10_000))).toBe('8');
    expect(await send(Buffer.alloc(0), 'text/plain')).toBe(415);
    expect(await check(client, '')).toBe(1);
  });
});

describe('the health messages', () => {
  it('read back as they were written', () => {
    const short = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => Buffer.byteLength(text) < 128);
    fc.assert(
      fc.property(short, (service) => {
        expect(decodeHealthRequest(unframe(frame(requestOf(service))) ?? Buffer.of())).toBe(service);
      }),
    );
  });

  it('are never taken apart with an exception', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const service = decodeHealthRequest(Buffer.from(bytes));
        expect(['string', 'undefined']).toContain(typeof service);
      }),
    );
  });
});
