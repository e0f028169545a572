import { join } from 'node:path';
import { freePort } from '@podkit/chassis/testing/free-port';
import { type SpawnedService, spawnService } from '@podkit/chassis/testing/spawn-service';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { onTestFinished } from 'vitest';

export type SpawnedApp = { service: SpawnedService; url: string; admin: string };

const main = join(import.meta.dirname, '..', '..', '..', 'services', 'app', 'src', 'main.ts');

/** The app alone, without its sidecars, until the test ends. */
export async function spawnApp(env: Record<string, string> = {}): Promise<SpawnedApp> {
  const port = await freePort();
  const adminPort = await freePort();
  const defaults = { HOST: '127.0.0.1', APP_REQUIRES: 'none', APP_DATA: '/nonexistent', POD_NAME: 'podkit-0' };
  const ports = { PORT: String(port), ADMIN_PORT: String(adminPort) };
  const service = spawnService(main, { env: { ...defaults, ...env, ...ports } });
  onTestFinished(() => void service.child.kill('SIGKILL'));
  const app = { service, url: `http://127.0.0.1:${port}`, admin: `http://127.0.0.1:${adminPort}` };
  const ended = service.exited.then(() => Promise.reject(new Error(`it ended:\n${service.output.join('\n')}`)));
  await Promise.race([ended, waitFor('the app to start', async () => (await fetch(`${app.admin}/readyz`)).ok)]);
  ended.catch(() => undefined);
  return app;
}
