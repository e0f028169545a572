import fastifyStatic from '@fastify/static';
import fastify from 'fastify';

// The peer: the least code that Fastify needs for the same routes. Usage: node bare.ts PORT [FOLDER]
const identity = {
  hostname: 'bench',
  pid: process.pid,
  nodeVersion: process.version,
  startedAt: new Date().toISOString(),
};
const [, , port, root] = process.argv;
const server = fastify();
server.get('/api/pod', () => identity);
if (root !== undefined) void server.register(fastifyStatic, { root });
await server.listen({ port: Number(port), host: '127.0.0.1' });
process.once('SIGTERM', () => process.exit(0));
