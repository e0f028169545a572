import type { HostPort, Login, RedisTarget } from '../../store/raw-route.ts';
import { readLogin, readTls } from '../secret-files.ts';
import type { RedisSpec } from './schema.ts';

/** Where the Redis of a spec is, and how to log in. Secrets are read at each connect. */
export function toTarget(spec: RedisSpec): RedisTarget {
  const url = new URL(spec.url.replace(/^unix:\/\//, 'unix:'));
  const db = url.protocol === 'unix:' ? 0 : Number(url.pathname.slice(1) || '0');
  return {
    topology: readTopology(spec, url),
    db,
    login: () => ({ ...readUrlLogin(url), ...readLogin(spec) }),
    tls: url.protocol === 'rediss:' || spec.tls !== undefined ? () => readTls(spec) ?? {} : undefined,
    connectTimeout: spec.connectTimeout,
    commandTimeout: spec.commandTimeout,
  };
}

function readTopology({ sentinel, cluster }: RedisSpec, url: URL): RedisTarget['topology'] {
  if (sentinel !== undefined) {
    const { name, nodes } = sentinel;
    return { mode: 'sentinel', name, sentinels: nodes.map(parseHostPort), sentinelLogin: () => readLogin(sentinel) };
  }
  if (cluster !== undefined) return { mode: 'cluster', nodes: cluster.nodes.map(parseHostPort) };
  if (url.protocol === 'unix:') return { mode: 'single', host: '', port: 0, path: decodeURIComponent(url.pathname) };
  return {
    mode: 'single',
    host: url.hostname.replace(/^\[|\]$/g, '') || '127.0.0.1',
    port: Number(url.port || '6379'),
  };
}

function parseHostPort(text: string): HostPort {
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) };
}

function readUrlLogin(url: URL): Login {
  return {
    ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
  };
}
