import fastify from 'fastify';

// The peer: the least that Fastify needs to answer the same route. usage: node bare.ts PORT
const identity = {
  hostname: 'bench',
  pid: process.pid,
  nodeVersion: process.version,
  startedAt: new Date().toISOString(),
};
const server = fastify();
server.get('/api/pod', () => identity);
await server.listen({ port: Number(process.argv[2]), host: '127.0.0.1' });
process.once('SIGTERM', () => process.exit(0));
