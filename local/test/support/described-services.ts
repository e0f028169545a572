import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from '@podkit/chassis/testing/free-port';
import { spawnService } from '@podkit/chassis/testing/spawn-service';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { onTestFinished } from 'vitest';

const root = join(import.meta.dirname, '../../..');

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
  ambassador: (folder, [port = 0, admin = 0, redis = 0]) => {
    const policies = [{ near: {} }, { writeBehind: { journal: folder } }, { circuitBreaker: {} }, { bulkhead: {} }];
    const file = join(folder, 'ambassador.yaml');
    writeFileSync(file, JSON.stringify({ stores: { statestore: { driver: 'memory', policies } } }));
    const ports = { PORT: String(port), ADMIN_PORT: String(admin), REDIS_PORT: String(redis) };
    return {
      env: { ...ports, ADMIN_HOST: '127.0.0.1', AMBASSADOR_CONFIG: file },
      servers: [
        { port, path: '/openapi.json' },
        { port: admin, path: '/openapi.json' },
      ],
    };
  },
  'metrics-adapter': (folder, [port = 0]) => {
    const file = join(folder, 'adapter.yaml');
    const metric = { name: 'a', type: 'counter' };
    const config = {
      json: [{ name: 'absent', url: 'http://127.0.0.1:1/', metrics: [{ ...metric, path: '$', value: '@.a' }] }],
      statsd: [{ udp: '127.0.0.1:0' }],
      logs: [{ name: 'logs', files: [join(folder, 'a.log')], rules: [{ match: 'a', metrics: [metric] }] }],
      forward: [{ name: 'forward', files: [join(folder, 'b.log')] }],
    };
    writeFileSync(file, JSON.stringify(config));
    return {
      env: { PORT: String(port), ADAPTER_CONFIG: file, ADAPTER_ENABLE_LIFECYCLE: 'true' },
      servers: [{ port, path: '/openapi.json' }],
    };
  },
  'downward-reader': (folder, [port = 0]) => ({
    env: { PORT: String(port), DOWNWARD_DIR: folder, DOWNWARD_METRIC_LABELS: 'app' },
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

export const describedServices = Object.keys(services);

/** A service with all that it can serve, until the test ends. */
export async function startDescribed(name: string, variables: Record<string, string>) {
  const { args = [], env, servers } = services[name]?.(tempDir(), await freePorts(3)) ?? { env: {}, servers: [] };
  const service = spawnService(join(root, 'services', name, 'src/main.ts'), {
    args,
    env: { ...shared, ...env, ...variables },
  });
  onTestFinished(async () => void (await service.stop('SIGKILL')));
  return { service, servers };
}

/** The ports of a service with their documents, once all of them answer. The last one is the admin port, where there are two. */
export async function startListening(name: string, variables: Record<string, string>) {
  const { servers } = await startDescribed(name, variables);
  for (const { port, path } of servers)
    await waitFor(`a response of port ${port}`, async () => (await fetch(`http://127.0.0.1:${port}${path}`)).ok);
  return servers;
}
