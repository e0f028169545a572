import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';

/**
 * Above 10080, which `fetch` refuses as a bad port (https://fetch.spec.whatwg.org/#bad-port), and below the ports that systems
 * give to outgoing connections (32768 and up): one of those may be taken at any moment.
 */
const lowest = 10_081;
const highest = 32_000;

/** A TCP port on the loopback that nothing listened on a moment ago. */
export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}

/** Several different ports. */
export async function freePorts(count: number): Promise<number[]> {
  const held = new Map<number, Server>();
  while (held.size < count) {
    const port = randomInt(lowest, highest);
    const server = held.has(port) ? undefined : await listen(port);
    if (server !== undefined) held.set(port, server);
  }
  await Promise.all([...held.values()].map((server) => new Promise((resolve) => server.close(resolve))));
  return [...held.keys()];
}

/** A server on the port, or undefined where it is taken. */
function listen(port: number): Promise<Server | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
