import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { credentials, makeGenericClientConstructor } from '@grpc/grpc-js';
import { freePort } from '@podkit/chassis/testing/free-port';
import { startRedis } from '@podkit/chassis/testing/servers';
import { service } from 'grpc-health-check';
import { expect, onTestFinished, test } from 'vitest';
import { startApp } from '../support/start-app.ts';

const root = join(import.meta.dirname, '..', '..', '..', '..');

test('the bundle of the image serves the page, the libraries that it imports, gRPC health, and notes over Redis', async () => {
  execFileSync(process.execPath, [join(root, 'tools', 'build.ts'), 'app']);
  const grpcPort = await freePort();
  const redis = await startRedis();
  onTestFinished(() => redis.stop('SIGKILL'));
  const env = { APP_GRPC_PORT: String(grpcPort), APP_NOTES_PROTOCOL: 'redis', APP_REDIS_URL: redis.url };
  const app = await startApp(env, { main: join(root, 'dist', 'app', 'src', 'main.js') });
  const page = await (await fetch(`${app.admin}/console/`)).text();
  const imported = [...page.matchAll(/"\.\/(vendor\/[^"]+)"|(?:src|href)="([^"#.][^"]+)"/g)].map(([, a, b]) => a ?? b);
  expect(imported).toContain('vendor/preact.mjs');
  const statuses = await Promise.all(
    imported.map(async (path) => (await fetch(`${app.admin}/console/${path}`)).status),
  );
  expect(statuses).toEqual(imported.map(() => 200));
  const client = new (makeGenericClientConstructor(service, 'Health'))(
    `127.0.0.1:${grpcPort}`,
    credentials.createInsecure(),
  );
  const response = await new Promise((resolve, reject) =>
    client.check?.({}, (error: Error | null, message: unknown) => (error ? reject(error) : resolve(message))),
  );
  client.close();
  expect(response).toEqual({ status: 'SERVING' });
  expect((await fetch(`${app.url}/api/notes`)).status).toBe(200);
});
