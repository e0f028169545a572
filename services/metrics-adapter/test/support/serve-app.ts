import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { serve } from '@podkit/chassis/testing/serve';

/** Start the application of a test, a real HTTP server on the loopback. It stops when the test ends. Returns its URL. */
export function serveApp(answer: string | Buffer | object | RequestListener): Promise<string> {
  return serve(typeof answer === 'function' ? (answer as RequestListener) : fixed(answer));
}

function fixed(answer: string | Buffer | object): RequestListener {
  const body = typeof answer === 'string' || Buffer.isBuffer(answer) ? answer : JSON.stringify(answer);
  return (_request: IncomingMessage, response: ServerResponse) => void response.end(body);
}
