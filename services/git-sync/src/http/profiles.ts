import { Session } from 'node:inspector/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Server } from '@podkit/chassis/http';
import type { FastifyReply, FastifyRequest } from 'fastify';

const index = `<!doctype html><title>/debug/pprof/</title><h1>/debug/pprof/</h1>
<p>Profiles of this process from V8's inspector, for Chrome DevTools or speedscope.</p>
<ul><li><a href="profile?seconds=10">profile</a>: CPU profile (.cpuprofile)</li>
<li><a href="heap?seconds=10">heap</a>: sampled allocations (.heapprofile)</li></ul>
`;

/**
 * Serve `/debug/pprof/`. Upstream's come from Go's runtime; ours come from V8. The inspector is only used inside the
 * process and never listens.
 */
export function serveProfiles(server: Server): void {
  let busy = false;
  const quiet = { config: { quiet: true } };
  server.get('/debug/pprof/', quiet, (_request, reply) => reply.type('text/html; charset=utf-8').send(index));
  server.get('/debug/pprof/cmdline', quiet, (_request, reply) => reply.type('text/plain').send('git-sync'));
  for (const [name, take, file] of [
    ['profile', cpuProfile, 'git-sync.cpuprofile'],
    ['heap', heapProfile, 'git-sync.heapprofile'],
  ] as const)
    server.get(`/debug/pprof/${name}`, quiet, async (request, reply) => {
      if (busy) return refuse(reply, 429, 'ERR_BUSY', 'another profile is being taken');
      const seconds = secondsOf(request);
      if (seconds === undefined) return refuse(reply, 400, 'ERR_SECONDS', 'seconds: a number from 0 to 60');
      busy = true;
      try {
        const profile = await take(seconds);
        return await reply
          .header('content-disposition', `attachment; filename="${file}"`)
          .type('application/json')
          .send(profile);
      } finally {
        busy = false;
      }
    });
  for (const name of ['symbol', 'trace'])
    server.get(`/debug/pprof/${name}`, quiet, (_request, reply) =>
      refuse(reply, 501, 'ERR_NOT_IN_NODE', `${name} belongs to Go's runtime; use profile or heap`),
    );
}

function refuse(reply: FastifyReply, status: number, code: string, message: string) {
  return reply.code(status).send({ code, message });
}

/** Upstream's default is 30 s; ours is short enough for a probe that looks at it by mistake. */
function secondsOf(request: FastifyRequest): number | undefined {
  const text = (request.query as { seconds?: string }).seconds ?? '5';
  const seconds = Number(text);
  return text !== '' && seconds >= 0 && seconds <= 60 ? seconds : undefined;
}

async function cpuProfile(seconds: number): Promise<unknown> {
  const session = new Session();
  session.connect();
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
  const session = new Session();
  session.connect();
  try {
    await session.post('HeapProfiler.enable');
    await session.post('HeapProfiler.startSampling');
    await sleep(seconds * 1000);
    return (await session.post('HeapProfiler.stopSampling')).profile;
  } finally {
    session.disconnect();
  }
}
