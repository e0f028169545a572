import { connect as connectTcp, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';

/** The server process of a connection, and the secret that a request to cancel its statement needs. */
export type Backend = {
  host: string;
  port: number;
  ssl: ConnectionOptions | undefined;
  processId: number;
  secretKey: number;
};

const cancelCode = 80_877_102;
const tlsCode = 80_877_103;

/**
 * Ask the server to cancel the statement that a connection runs now. The request has a connection of its own and no response:
 * the cancelled statement shows whether it came in time. Gives up after `timeout` milliseconds.
 *
 * Protocol: https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS
 */
export function cancel({ host, port, ssl, processId, secretKey }: Backend, timeout: number): void {
  const socket = connectTcp(host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port });
  const send = (to: Socket) => to.end(message(cancelCode, processId, secretKey));
  const ignore = () => socket.destroy();
  socket.on('error', ignore).setTimeout(timeout, ignore);
  socket.once('connect', () => (ssl === undefined ? send(socket) : socket.write(message(tlsCode))));
  if (ssl === undefined) return;
  socket.once('data', (response) => {
    const secured = connectTls({ ...ssl, socket }, () => send(secured));
    secured.on('error', ignore);
    // Anything but `S` means no TLS. The secret must not be sent in clear text.
    if (response.toString() !== 'S') secured.destroy();
  });
}

function message(...words: number[]): Buffer {
  const bytes = Buffer.alloc(4 + 4 * words.length);
  bytes.writeInt32BE(bytes.length, 0);
  for (const [index, word] of words.entries()) bytes.writeInt32BE(word, 4 + 4 * index);
  return bytes;
}
