import { setTimeout as sleep } from 'node:timers/promises';
import { errorResponse, jsonResponse, textResponse } from '@podkit/chassis/http/openapi';
import type { Server } from '@podkit/chassis/http/server';
import type { FastifyReply } from 'fastify';
import * as Type from 'typebox';

const index = `<!doctype html><title>/debug/pprof/</title><h1>/debug/pprof/</h1>
<p>Profiles of this process from V8's inspector, for Chrome DevTools or speedscope.</p>
<ul><li><a href="profile?seconds=10">profile</a>: CPU profile (.cpuprofile)</li>
<li><a href="heap?seconds=10">heap</a>: sampled allocations (.heapprofile)</li></ul>
`;

/** Upstream's default is 30 s. Ours is short, in case a probe is pointed here by mistake. */
const querystring = Type.Object({ seconds: Type.Number({ minimum: 0, maximum: 60, default: 5 }) });

const taken = (summary: string) => ({
  summary,
  querystring,
  response: {
    200: jsonResponse('The profile.'),
    400: errorResponse('The query is invalid.'),
    429: errorResponse('Another profile is being taken.'),
  },
});

/**
 * Serve `/debug/pprof/`, with profiles of V8 instead of Go's. The inspector is used inside the process and never
 * listens.
 */
export async function profiles(server: Server): Promise<void> {
  let busy = false;
  const profile = (take: (seconds: number) => Promise<unknown>, file: string) => {
    return async ({ query: { seconds } }: { query: Type.Static<typeof querystring> }, reply: FastifyReply) => {
      if (busy) return refuse(reply, 429, 'ERR_BUSY', 'another profile is being taken');
      busy = true;
      try {
        return await reply.header('content-disposition', `attachment; filename="${file}"`).send(await take(seconds));
      } finally {
        busy = false;
      }
    };
  };
  const page = { summary: 'List of profiles', response: { 200: textResponse('A page of links.', 'text/html') } };
  const cmdline = { summary: 'Name of the program', response: { 200: textResponse('The name.') } };
  const absent = { summary: "A profile of Go's runtime", response: { 501: errorResponse('Not available in Node.') } };
  server.get('/debug/pprof/', { schema: page }, async (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(index),
  );
  server.get('/debug/pprof/cmdline', { schema: cmdline }, async (_request, reply) =>
    reply.type('text/plain').send('git-sync'),
  );
  server.get('/debug/pprof/profile', { schema: taken('A CPU profile') }, profile(cpuProfile, 'git-sync.cpuprofile'));
  server.get(
    '/debug/pprof/heap',
    { schema: taken('Sampled allocations') },
    profile(heapProfile, 'git-sync.heapprofile'),
  );
  for (const name of ['symbol', 'trace'])
    server.get(`/debug/pprof/${name}`, { schema: absent }, async (_request, reply) =>
      refuse(reply, 501, 'ERR_NOT_IN_NODE', `${name} belongs to Go's runtime; use profile or heap`),
    );
}

function refuse(reply: FastifyReply, status: number, code: string, message: string): FastifyReply {
  return reply.code(status).send({ code, message });
}

async function cpuProfile(seconds: number): Promise<unknown> {
  const session = await connectInspector();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.start');
    await sleep(seconds * 1000);
    return (await session.post('Profiler.stop')).profile;
  } finally {
    session.disconnect();
  }
}

async function heapProfile(seconds: number): Promise<unknown> {
  const session = await connectInspector();
  try {
    await session.post('HeapProfiler.enable');
    await session.post('HeapProfiler.startSampling');
    await sleep(seconds * 1000);
    return (await session.post('HeapProfiler.stopSampling')).profile;
  } finally {
    session.disconnect();
  }
}

async function connectInspector() {
  // Loaded on the first request, since it takes memory.
  const { Session } = await import('node:inspector/promises');
  const session = new Session();
  session.connect();
  return session;
}
