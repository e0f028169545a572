import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '@podkit/chassis/testing/free-port';
import { build } from 'esbuild';

/** A process under measurement: where it answers, and how long it took to. */
export type Peer = { url: string; child: ChildProcess; startedMs: number; stop(): Promise<number | null> };

export type AppPeer = Peer & { admin: string };

/** Where both programs begin. */
export type Bundles = { app: string; bare: string };

/** The app as its image has it, and the peer built in the same way. */
export async function bundle(folder: string): Promise<Bundles> {
  const root = join(import.meta.dirname, '..', '..');
  await promisify(execFile)(process.execPath, [join(root, 'tools', 'build.ts'), 'app']);
  const bare = join(folder, 'bare.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'bare.ts')],
    outfile: bare,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    minifyWhitespace: true,
    minifySyntax: true,
    logLevel: 'error',
  });
  return { app: join(root, 'dist', 'app', 'src', 'main.js'), bare };
}

/** The app with logging and metrics on; its log goes to /dev/null. `env` are its other settings. */
export async function startApp(
  main: string,
  site: string,
  env: Record<string, string> = { DRAIN_DELAY: '0s' },
): Promise<AppPeer> {
  const [port, admin] = [await freePort(), await freePort()];
  const settings = { PORT: String(port), ADMIN_PORT: String(admin), HOST: '127.0.0.1' };
  const own = { APP_SITE: site, APP_REQUIRES: 'none', APP_DATA: '/nonexistent', APP_READY_FILE: '/nonexistent/ready' };
  const url = `http://127.0.0.1:${port}`;
  const peer = await started(process.execPath, [main], url, '/api/pod', { ...settings, ...own, ...env });
  return { ...peer, admin: `http://127.0.0.1:${admin}` };
}

/** With a folder it serves that by @fastify/static. */
export async function startBare(main: string, folder?: string): Promise<Peer> {
  const port = await freePort();
  return started(
    process.execPath,
    [main, String(port), ...(folder === undefined ? [] : [folder])],
    `http://127.0.0.1:${port}`,
    '/api/pod',
    {},
  );
}

/** nginx as Debian ships it, with one worker, since the app is one thread too; with its access log on, as the app's is. */
export async function startNginx(folder: string, site: string): Promise<Peer> {
  const port = await freePort();
  const config = join(folder, 'nginx.conf');
  const http = [
    'sendfile on; tcp_nopush on; keepalive_requests 1000000; include /etc/nginx/mime.types;',
    `access_log ${join(folder, 'access.log')} combined buffer=64k;`,
    ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${join(folder, name)};`),
    `server { listen 127.0.0.1:${port}; root ${site}; }`,
  ];
  const main = `worker_processes 1; daemon off; pid ${join(folder, 'nginx.pid')}; error_log stderr crit;`;
  writeFileSync(config, `${main}\nevents { worker_connections 1024; }\nhttp {\n${http.join('\n')}\n}\n`);
  return started('nginx', ['-c', config], `http://127.0.0.1:${port}`, '/1kB.bin', {});
}

async function started(
  command: string,
  args: string[],
  url: string,
  path: string,
  env: Record<string, string>,
): Promise<Peer> {
  const began = performance.now();
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { PATH: process.env.PATH ?? '', ...env },
  });
  while (!(await answers(url + path))) {
    if (child.exitCode !== null) throw new Error(`${command} ended with ${child.exitCode}`);
  }
  const startedMs = performance.now() - began;
  const stop = async () => {
    if (child.exitCode !== null) return child.exitCode;
    const ended = once(child, 'exit') as Promise<[number | null]>;
    child.kill('SIGTERM');
    return (await ended)[0];
  };
  return { url, child, startedMs, stop };
}

/** Not by fetch, whose first call would load a part of Node within the measurement. */
function answers(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request(url, { agent: false }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode === 200));
    });
    asked.once('error', () => setTimeout(() => resolve(false), 2));
    asked.end();
  });
}
