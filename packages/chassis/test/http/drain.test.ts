import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createServer, type Server } from '../../src/http/server.ts';
import { Lifecycle } from '../../src/process/lifecycle.ts';

async function startServer(): Promise<{ server: Server; port: number }> {
  const lifecycle = new Lifecycle({ drainDelay: 0, shutdownTimeout: 1000 });
  const server = createServer({ log: pino({ enabled: false }), lifecycle });
  server.get('/', () => 'a response');
  await server.listen({ host: '127.0.0.1', port: 0 });
  return { server, port: (server.server.address() as AddressInfo).port };
}

const request = 'GET / HTTP/1.1\r\nhost: a\r\n\r\n';

/** All that comes until the connection ends. */
async function readAll(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('utf8').on('data', (data) => (text += data));
  await once(socket, 'close');
  return text;
}

test('a request that was sent and not yet read when the server closes is answered', async () => {
  const { server, port } = await startServer();
  const socket = connect(port, '127.0.0.1');
  socket.write(request);
  await once(socket, 'data');
  // Both within one turn of the event loop: the server has had no time to read it.
  socket.write(request);
  const closed = server.close();
  expect(await readAll(socket)).toContain('a response');
  await closed;
});

test('a connection that was made and not yet accepted when the server closes is answered', async () => {
  const { server, port } = await startServer();
  const sockets = Array.from({ length: 50 }, () => connect(port, '127.0.0.1'));
  for (const socket of sockets) socket.write(request);
  const answers = sockets.map(readAll);
  const closed = server.close();
  for (const response of await Promise.all(answers)) expect(response).toContain('a response');
  await closed;
});

test('a connection on which nothing was sent does not hold the close up', async () => {
  const { server, port } = await startServer();
  const socket = connect(port, '127.0.0.1');
  await once(server.server, 'connection');
  const text = readAll(socket);
  await server.close();
  expect(await text).toBe('');
});
