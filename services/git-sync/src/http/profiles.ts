import { setTimeout as sleep } from 'node:timers/promises';
import { jsonAnswer, type Route, textAnswer } from './message.ts';

const index = `<!doctype html><title>/debug/pprof/</title><h1>/debug/pprof/</h1>
<p>Profiles of this process from V8's inspector, for Chrome DevTools or speedscope.</p>
<ul><li><a href="profile?seconds=10">profile</a>: CPU profile (.cpuprofile)</li>
<li><a href="heap?seconds=10">heap</a>: sampled allocations (.heapprofile)</li></ul>
`;

const refusal = (status: number, code: string, message: string) => jsonAnswer(status, { code, message });

const absent = (name: string): Route => ({
  name: `/debug/pprof/${name}`,
  handle: () => refusal(501, 'ERR_NOT_IN_NODE', `${name} belongs to Go's runtime; use profile or heap`),
});

/**
 * What is served below `/debug/pprof/`. Upstream's come from Go's runtime; ours come from V8. The inspector is only
 * used inside the process and never listens.
 */
export function profileRoutes(): Route[] {
  let busy = false;
  const profile = (name: string, take: (seconds: number) => Promise<unknown>, file: string): Route => ({
    name: `/debug/pprof/${name}`,
    handle: async ({ query }) => {
      if (busy) return refusal(429, 'ERR_BUSY', 'another profile is being taken');
      const seconds = secondsOf(query);
      if (seconds === undefined) return refusal(400, 'ERR_SECONDS', 'seconds: a number from 0 to 60');
      busy = true;
      try {
        return jsonAnswer(200, await take(seconds), { 'content-disposition': `attachment; filename="${file}"` });
      } finally {
        busy = false;
      }
    },
  });
  return [
    { name: '/debug/pprof/', handle: () => textAnswer(200, index, 'text/html; charset=utf-8') },
    { name: '/debug/pprof/cmdline', handle: () => textAnswer(200, 'git-sync', 'text/plain') },
    profile('profile', cpuProfile, 'git-sync.cpuprofile'),
    profile('heap', heapProfile, 'git-sync.heapprofile'),
    absent('symbol'),
    absent('trace'),
  ];
}

/** Upstream's default is 30 s; ours is short enough for a probe that looks at it by mistake. */
function secondsOf(query: URLSearchParams): number | undefined {
  const text = query.get('seconds') ?? '5';
  const seconds = Number(text);
  return text !== '' && seconds >= 0 && seconds <= 60 ? seconds : undefined;
}

async function cpuProfile(seconds: number): Promise<unknown> {
  const session = await connected();
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
  const session = await connected();
  try {
    await session.post('HeapProfiler.enable');
    await session.post('HeapProfiler.startSampling');
    await sleep(seconds * 1000);
    return (await session.post('HeapProfiler.stopSampling')).profile;
  } finally {
    session.disconnect();
  }
}

async function connected() {
  // Loaded when somebody asks: it is not free.
  const { Session } = await import('node:inspector/promises');
  const session = new Session();
  session.connect();
  return session;
}
