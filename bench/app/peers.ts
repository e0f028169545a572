import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@podkit/chassis/testing/free-port';
import { build } from 'esbuild';
import type { Bench } from '../core/bench.ts';
import { type Running, start } from '../core/process.ts';

/** The sizes of the served files in bytes, by name. */
export const sizes = { '1 kB': 1000, '10 kB': 10_000, '100 kB': 100_000, '1 MB': 1_000_000 };

export const fileName = (size: string) => `/${size.replace(' ', '')}.bin`;

/** Make a folder with a file of each size, laid out as git-sync publishes it. */
export function makeSite(folder: string): string {
  const root = mkdtempSync(join(folder, 'site-'));
  const worktree = join(root, '.worktrees', 'a'.repeat(40));
  mkdirSync(worktree, { recursive: true });
  // nginx's worker runs as another user.
  for (const path of [folder, root]) chmodSync(path, 0o755);
  for (const [size, bytes] of Object.entries(sizes))
    writeFileSync(join(worktree, fileName(size)), Buffer.alloc(bytes, 'x'));
  symlinkSync(worktree, join(root, 'current'));
  return join(root, 'current');
}

export type RunningApp = Running & { adminPort: number };

/** Start the app with logging and metrics on. `env` has its other settings. */
export async function startApp(
  bench: Bench,
  site = '/nonexistent',
  env: Record<string, string> = { DRAIN_DELAY: '0s' },
): Promise<RunningApp> {
  const port = await freePort();
  const adminPort = await freePort();
  const settings = { PORT: String(port), ADMIN_PORT: String(adminPort), HOST: '127.0.0.1' };
  const own = { APP_SITE: site, APP_REQUIRES: 'none', APP_DATA: '/nonexistent', APP_READY_FILE: '/nonexistent/ready' };
  const args = [...bench.nodeFlags, await bench.bundle('app')];
  const running = await start(process.execPath, args, { port, path: '/api/pod', env: { ...settings, ...own, ...env } });
  return { ...running, adminPort };
}

/** Start the least code that Fastify needs for the same routes, bundled like the app. With a folder, @fastify/static serves it. */
export async function startBare(bench: Bench, folder?: string): Promise<Running> {
  const outfile = join(bench.folder, 'bare.mjs');
  const port = await freePort();
  await build({
    entryPoints: [join(import.meta.dirname, 'bare.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    minifyWhitespace: true,
    minifySyntax: true,
    logLevel: 'error',
  });
  const args = [outfile, String(port), ...(folder === undefined ? [] : [folder])];
  return start(process.execPath, args, { port, path: '/api/pod' });
}

/** Start Debian's nginx with one worker, because the app has one thread. Its access log is on, like the app's. */
export async function startNginx(bench: Bench, site: string): Promise<Running> {
  const port = await freePort();
  const folder = bench.folder;
  const config = join(folder, 'nginx.conf');
  const http = [
    'sendfile on; tcp_nopush on; keepalive_requests 1000000; include /etc/nginx/mime.types;',
    `access_log ${join(folder, 'access.log')} combined buffer=64k;`,
    ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${join(folder, name)};`),
    `server { listen 127.0.0.1:${port}; root ${site}; }`,
  ];
  const main = `worker_processes 1; daemon off; pid ${join(folder, 'nginx.pid')}; error_log stderr crit;`;
  writeFileSync(config, `${main}\nevents { worker_connections 1024; }\nhttp {\n${http.join('\n')}\n}\n`);
  return start('nginx', ['-c', config], { port, path: fileName('1 kB') });
}
