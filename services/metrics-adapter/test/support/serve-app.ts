import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** Start the application of a test, a real HTTP server on the loopback. It stops when the test ends. Returns its URL. */
export async function serveApp(answer: string | Buffer | object | RequestListener): Promise<string> {
  const listener = typeof answer === 'function' ? (answer as RequestListener) : fixed(answer);
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function fixed(answer: string | Buffer | object): RequestListener {
  const body = typeof answer === 'string' || Buffer.isBuffer(answer) ? answer : JSON.stringify(answer);
  return (_request: IncomingMessage, response: ServerResponse) => void response.end(body);
}
