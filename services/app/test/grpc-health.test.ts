import { connect } from 'node:http2';
import { credentials, makeGenericClientConstructor, type ServiceError, status } from '@grpc/grpc-js';
import { freePort } from '@podkit/chassis/testing/free-port';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { service as healthService } from 'grpc-health-check';
import { expect, onTestFinished, test } from 'vitest';
import { type GrpcCheck, GrpcHealth } from '../src/health/grpc-health.ts';

type Call = (request: object, response: (error: ServiceError | null, message: unknown) => void) => void;

const HealthClient = makeGenericClientConstructor(healthService, 'Health');

/** A message as gRPC sends it, behind the length that it claims to have. */
const framed = (length: number, message: Buffer) => Buffer.concat([Buffer.of(0, 0, 0, length >> 8, length), message]);

async function start(serving: Record<string, boolean>) {
  const port = await freePort();
  const checks: GrpcCheck[] = [];
  const server = new GrpcHealth({
    services: Object.keys(serving),
    isServing: async (service) => serving[service] ?? false,
    onCheck: (check) => checks.push(check),
  });
  await server.listen({ host: '127.0.0.1', port, setting: 'X' });
  const client = new HealthClient(`127.0.0.1:${port}`, credentials.createInsecure());
  onTestFinished(() => {
    client.close();
    server.close();
  });
  /** What a method answers, or the gRPC status code. */
  const call = (method: string, request: object = {}) =>
    new Promise((resolve) =>
      (client[method] as Call).call(client, request, (error, message) => resolve(error ? error.code : message)),
    );
  return { server, client, port, checks, call };
}

test('Check answers SERVING, NOT_SERVING, and NOT_FOUND for a service that is not there', async () => {
  const serving = { '': true, liveness: false };
  const { call, checks } = await start(serving);
  expect(await call('check')).toEqual({ status: 'SERVING' });
  expect(await call('check', { service: 'liveness' })).toEqual({ status: 'NOT_SERVING' });
  expect(await call('check', { service: 'nobody' })).toBe(status.NOT_FOUND);
  serving.liveness = true;
  expect(await call('check', { service: 'liveness' })).toEqual({ status: 'SERVING' });
  expect(checks.map(({ service, serving: ok }) => [service, ok])).toEqual([
    ['', true],
    ['liveness', false],
    ['liveness', true],
  ]);
  expect(checks[0]?.userAgent).toMatch(/^grpc-node-js\//);
});

test('List answers all services with their statuses', async () => {
  const { call } = await start({ '': true, readiness: false });
  const statuses = { '': { status: 'SERVING' }, readiness: { status: 'NOT_SERVING' } };
  expect(await call('list')).toEqual({ statuses });
});

test('Watch sends each change, SERVICE_UNKNOWN for what is not there, and ends with the server', async () => {
  const serving = { '': true };
  const { server, client } = await start(serving);
  const watch = (service: string) => {
    const seen: string[] = [];
    const stream = (client.watch as (request: object) => NodeJS.ReadableStream).call(client, { service });
    let ended = false;
    stream.on('data', (message: { status: string }) => seen.push(message.status));
    stream.on('error', () => (ended = true));
    return { seen, ended: () => ended };
  };
  const whole = watch('');
  const unknown = watch('nobody');
  await waitFor('the first statuses', () => whole.seen.length === 1 && unknown.seen.length === 1);
  await server.update();
  serving[''] = false;
  await server.update();
  await waitFor('the second status', () => whole.seen.length === 2);
  expect([whole.seen, unknown.seen]).toEqual([['SERVING', 'NOT_SERVING'], ['SERVICE_UNKNOWN']]);
  server.close();
  await waitFor('the end of both', () => whole.ended() && unknown.ended());
});

test('a request that is no HealthCheckRequest is refused, and the next one is answered', async () => {
  const { call, port } = await start({ '': true });
  const session = connect(`http://127.0.0.1:${port}`);
  onTestFinished(() => session.close());
  const send = (body: Buffer, type = 'application/grpc') => {
    const path = '/grpc.health.v1.Health/Check';
    const stream = session.request({ ':method': 'POST', ':path': path, 'content-type': type });
    stream.end(body);
    return new Promise((resolve) => {
      stream.on('response', (headers) => headers[':status'] === 200 || resolve(headers[':status']));
      stream.on('response', (headers) => headers['grpc-status'] && resolve(Number(headers['grpc-status'])));
      stream.on('trailers', (headers) => resolve(Number(headers['grpc-status'])));
      stream.resume();
    });
  };
  expect(await send(framed(2, Buffer.of(0x0a, 200)))).toBe(status.INTERNAL);
  expect(await send(framed(10_000, Buffer.alloc(10_000)))).toBe(status.RESOURCE_EXHAUSTED);
  expect(await send(Buffer.alloc(0), 'text/plain')).toBe(415);
  expect(await call('check')).toEqual({ status: 'SERVING' });
});
