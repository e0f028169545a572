import { join } from 'node:path';
import { freePort } from '@podkit/chassis/testing/free-port';
import { type SpawnedService, spawnService } from '@podkit/chassis/testing/spawn-service';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { onTestFinished } from 'vitest';

export type RunningApp = { service: SpawnedService; url: string; admin: string; port: number; adminPort: number };

const source = join(import.meta.dirname, '..', '..', 'src', 'main.ts');

/** The app as a process of its own on free ports of the loopback, killed when the test ends. */
export async function startApp(
  env: Record<string, string> = {},
  { started = true, main = source }: { started?: boolean; main?: string } = {},
): Promise<RunningApp> {
  const port = Number(env.PORT ?? (await freePort()));
  const adminPort = Number(env.ADMIN_PORT ?? (await freePort()));
  const service = spawnService(main, {
    env: {
      HOST: '127.0.0.1',
      DRAIN_DELAY: '100ms',
      APP_REQUIRES: 'none',
      APP_SITE: '/nonexistent',
      APP_READY_FILE: '/nonexistent/ready',
      APP_DATA: '/nonexistent',
      // Nothing listens there: a test that needs sidecars says where they are.
      APP_AMBASSADOR_URL: 'http://127.0.0.1:9',
      APP_GIT_SYNC_URL: 'http://127.0.0.1:9',
      APP_AMBASSADOR_PROBE_URL: 'http://127.0.0.1:9',
      APP_ADAPTER_URL: 'http://127.0.0.1:9',
      APP_DOWNWARD_URL: 'http://127.0.0.1:9',
      ...env,
      PORT: String(port),
      ADMIN_PORT: String(adminPort),
    },
  });
  onTestFinished(() => void service.child.kill('SIGKILL'));
  const app = { service, url: `http://127.0.0.1:${port}`, admin: `http://127.0.0.1:${adminPort}`, port, adminPort };
  if (started) await answers(app);
  return app;
}

/** Wait until the app has started; one that ended instead shows its output. */
async function answers({ admin, service }: RunningApp): Promise<void> {
  let ended = false;
  void service.exited.then(() => (ended = true));
  await waitFor('the app to start', async () => ended || (await fetch(`${admin}/startupz`)).ok);
  if (ended) throw new Error(`the app ended:\n${service.output.join('\n')}`);
}
