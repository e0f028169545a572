import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Make `server.close()` wait for requests and for nothing else. Node itself waits for three kinds of connection that
 * carry none: one that becomes idle after the close began, one on which a client has sent nothing yet (browsers
 * connect ahead), and one that is still sending its headers; the last gets `patience` milliseconds.
 *
 * Returns the function to call when the close begins.
 */
export function closePromptly(server: HttpServer, { patience = 1000 }: { patience?: number } = {}): () => void {
  const sockets = new Set<Socket>();
  const busy = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    busy.add(socket);
    response.once('close', () => busy.delete(socket));
  });
  return () => {
    const end = performance.now() + patience;
    const sweep = () => {
      server.closeIdleConnections();
      const late = performance.now() > end;
      for (const socket of sockets) if (!busy.has(socket) && (late || socket.bytesRead === 0)) socket.destroy();
    };
    const timer = setInterval(sweep, 25);
    server.once('close', () => clearInterval(timer));
    sweep();
  };
}
