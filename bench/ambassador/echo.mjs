import fastify from 'fastify';

/** A bare Fastify route. It is plain JavaScript because stripping types would take 20 MB. */
const server = fastify();
server.get('/v1.0/state/:store/:key', (_request, reply) => reply.type('application/json').send('"value"'));
await server.listen({ host: '127.0.0.1', port: Number(process.argv[2]) });
