import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate as pollEnd } from 'node:timers/promises';
import { Server as TlsServer } from 'node:tls';
import type { Lifecycle } from '../process/lifecycle.ts';

/** Milliseconds that a connection has to send its headers after the close began. */
const headersTimeout = 1000;

/**
 * Make an HTTP server's connections follow the drain.
 *
 * During the drain every response says `Connection: close`, also that of a request already in flight. Before the close, requests
 * that wait in the kernel are read, because closing a connection with unread data resets it; they wait there when the process
 * gets little CPU. `server.close()` then waits only for requests. Node would also wait for a connection that becomes idle after
 * the close began, for one without a request yet (browsers connect ahead), and for one that is still sending its headers.
 *
 * Returns the function to call, and to wait for, before the close.
 */
export function drainConnections(server: HttpServer, lifecycle: Lifecycle): () => Promise<void> {
  let arrived = 0;
  const sockets = new Set<Socket>();
  const latest = new Map<Socket, ServerResponse>();
  // Under TLS a request's socket is the one that decrypts, which comes after the handshake.
  server.on(server instanceof TlsServer ? 'secureConnection' : 'connection', (socket: Socket) => {
    arrived += 1;
    sockets.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
      latest.delete(socket);
    });
  });
  // Before Fastify's own listener, which may answer within the same tick. A request costs one map entry.
  server.prependListener('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    arrived += 1;
    latest.set(socket, response);
    if (lifecycle.draining) response.setHeader('connection', 'close');
  });
  lifecycle.onChange(({ state }) => {
    if (state !== 'draining') return;
    for (const response of latest.values()) if (!response.headersSent) response.setHeader('connection', 'close');
  });
  const isBusy = (socket: Socket) => latest.get(socket)?.writableFinished === false;

  /** Wait until a turn of the event loop brings nothing new, at most `headersTimeout`. */
  const readArrived = async () => {
    const end = performance.now() + headersTimeout;
    for (let before = -1; arrived !== before && performance.now() < end; ) {
      before = arrived;
      // The first resolves at the end of the current turn, the second after a complete one.
      await pollEnd();
      await pollEnd();
    }
  };

  return async () => {
    await readArrived();
    const end = performance.now() + headersTimeout;
    const sweep = () => {
      server.closeIdleConnections();
      const late = performance.now() > end;
      for (const socket of sockets) if (!isBusy(socket) && (late || socket.bytesRead === 0)) socket.destroy();
    };
    const timer = setInterval(sweep, 25);
    server.once('close', () => clearInterval(timer));
    sweep();
  };
}
