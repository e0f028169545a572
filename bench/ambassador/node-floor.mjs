import { connect, createServer } from 'node:net';

/**
 * What Node costs without our code. `node node-floor.mjs pipe PORT REDIS` forwards each client's bytes over a connection of
 * its own. `node node-floor.mjs answer PORT` sends one constant reply for every read.
 */
const [mode, port, redis] = process.argv.slice(2);
const reply = Buffer.from('$3\r\nxxx\r\n');

const server = createServer({ noDelay: true }, (client) => {
  client.on('error', () => client.destroy());
  if (mode === 'pipe') pipe(client);
  else client.on('data', () => client.write(reply));
});
server.listen(Number(port), '127.0.0.1');

/** @param {import('node:net').Socket} client */
function pipe(client) {
  const upstream = connect({ port: Number(redis), host: '127.0.0.1', noDelay: true });
  upstream.on('error', () => client.destroy());
  client.on('close', () => upstream.destroy());
  client.pipe(upstream).pipe(client);
}
