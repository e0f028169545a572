import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { freePorts } from '@podkit/chassis/testing/free-port';
import { spawnService } from '@podkit/chassis/testing/spawn-service';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, onTestFinished, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const preload = pathToFileURL(join(root, 'packages/chassis/testing/print-routes.ts')).href;

type Operation = { responses: Record<string, { content?: Record<string, unknown> }> };
type Document = { openapi: string; paths: Record<string, Record<string, Operation>> };
type Started = { args?: string[]; env: Record<string, string>; servers: { port: number; path: string }[] };

const shared = { HOST: '127.0.0.1', DRAIN_DELAY: '0s' };

/** How to start each service with all that it can serve, and where its documents are. */
const services: Record<string, (folder: string, ports: number[]) => Started> = {
  app: (folder, [port = 0, admin = 0]) => ({
    env: {
      PORT: String(port),
      ADMIN_PORT: String(admin),
      APP_SITE: folder,
      APP_REQUIRES: 'none',
      CHAOS: 'true',
      APP_CHAOS_TOKEN: 'a-token-for-tests',
    },
    servers: [
      { port, path: '/api/openapi.json' },
      { port: admin, path: '/openapi.json' },
    ],
  }),
  ambassador: (_folder, [port = 0, admin = 0, redis = 0]) => ({
    env: { PORT: String(port), ADMIN_PORT: String(admin), ADMIN_HOST: '127.0.0.1', REDIS_PORT: String(redis) },
    servers: [
      { port, path: '/openapi.json' },
      { port: admin, path: '/openapi.json' },
    ],
  }),
  'metrics-adapter': (folder, [port = 0]) => {
    const file = join(folder, 'adapter.yaml');
    writeFileSync(file, '{}\n');
    return {
      env: { PORT: String(port), ADAPTER_CONFIG: file, ADAPTER_ENABLE_LIFECYCLE: 'true' },
      servers: [{ port, path: '/openapi.json' }],
    };
  },
  'downward-reader': (folder, [port = 0]) => ({
    env: { PORT: String(port), DOWNWARD_DIR: folder },
    servers: [{ port, path: '/openapi.json' }],
  }),
  'git-sync': (folder, [port = 0]) => {
    const remote = join(folder, 'remote');
    execFileSync('git', ['init', '--quiet', '--initial-branch=main', remote]);
    const name = ['-c', 'user.name=test', '-c', 'user.email=test@example.com'];
    execFileSync('git', ['-C', remote, ...name, 'commit', '--quiet', '--allow-empty', '--message=one']);
    return {
      args: [
        `--repo=${remote}`,
        `--root=${join(folder, 'root')}`,
        `--http-bind=127.0.0.1:${port}`,
        '--http-metrics',
        '--http-pprof',
        '--trigger-secret=correct horse battery',
      ],
      env: { HOME: folder },
      servers: [{ port, path: '/openapi.json' }],
    };
  },
};

const operations = ({ paths }: Document): string[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );

/** A route of Fastify as OpenAPI writes it. */
const template = (route: string): string => route.replaceAll(/:(\w+)/g, '{$1}').replace('*', '{*}');

/** Paths without parameters that can be read at any time and end by themselves. */
const readable = ({ paths }: Document): string[] =>
  Object.keys(paths).filter((path) => paths[path]?.get !== undefined && !/[{]|events|hooks|profile|heap$/.test(path));

test.each(Object.keys(services))('%s serves a valid OpenAPI 3.1 document of exactly its routes', async (name) => {
  const { args = [], env, servers } = services[name]?.(tempDir(), await freePorts(3)) ?? { env: {}, servers: [] };
  const service = spawnService(join(root, 'services', name, 'src/main.ts'), {
    args,
    env: { ...shared, ...env, NODE_OPTIONS: `--import=${preload}` },
  });
  onTestFinished(async () => void (await service.stop('SIGKILL')));
  for (const { port, path } of servers) {
    const { routes } = await service.logged(
      `the routes of port ${port}`,
      (line) => line.port === port && 'routes' in line,
    );
    const text = await (await fetch(`http://127.0.0.1:${port}${path}`)).text();
    const document = JSON.parse(text) as Document;
    expect(await new Validator().validate(JSON.parse(text))).toEqual({ valid: true });
    expect(document.openapi).toBe('3.1.0');
    expect(operations(document).toSorted()).toEqual((routes as string[]).map(template).toSorted());
    for (const readablePath of readable(document)) {
      const answer = await fetch(`http://127.0.0.1:${port}${readablePath}`, { redirect: 'manual' });
      const body = await answer.text();
      const declared = document.paths[readablePath]?.get?.responses[String(answer.status)];
      const media = answer.headers.get('content-type')?.split(';', 1)[0];
      const promised = declared?.content === undefined ? [undefined] : Object.keys(declared.content);
      const found = { status: answer.status, media: body === '' ? undefined : media };
      expect({ path: readablePath, ...found }).toEqual({
        path: readablePath,
        status: declared === undefined ? 'one of the document' : answer.status,
        media: promised[0],
      });
    }
  }
});
