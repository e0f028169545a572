import { connect, createServer } from 'node:net';

/**
 * The least that Node itself needs, without anything of ours: `node node-floor.mjs pipe PORT REDIS` passes each client's
 * bytes on over a connection of its own; `node node-floor.mjs answer PORT` says the same to whatever it is asked.
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
