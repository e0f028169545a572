import fastify from 'fastify';

/** The least that a route of Fastify costs. Plain JavaScript: the type stripper would take 20 MB. */
const server = fastify();
server.get('/v1.0/state/:store/:key', (_request, reply) => reply.type('application/json').send('"value"'));
await server.listen({ host: '127.0.0.1', port: Number(process.argv[2]) });
