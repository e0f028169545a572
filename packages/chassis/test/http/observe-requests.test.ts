import fastify from 'fastify';
import { expect, test } from 'vitest';
import { observeRequests, pollerAgent } from '../../src/http/observe-requests.ts';
import { createLogger } from '../../src/log/logger.ts';

function observed(options: { requestLog?: 'info' | 'debug' | false } = {}) {
  const seen: string[] = [];
  const lines: string[] = [];
  const log = createLogger({ service: 'app', version: '1', level: 'info' }, { write: (line) => void lines.push(line) });
  const server = fastify();
  const metrics = {
    observe: (method: string, route: string, status: number) => void seen.push(`${method} ${route} ${status}`),
  };
  observeRequests(server, { log, metrics, ...options });
  server.get('/notes/:key', () => 'a note');
  server.get('/livez', { config: { quiet: true } }, () => 'ok');
  return { server, seen, lines };
}

test('notes each request once under its route, HEAD and unknown paths too', async () => {
  const { server, seen } = observed();
  await server.inject('/notes/a');
  await server.inject({ method: 'HEAD', url: '/notes/a' });
  await server.inject('/nowhere');
  expect(seen).toEqual(['GET /notes/:key 200', 'HEAD /notes/:key 200', 'GET unmatched 404']);
});

test('logs the path without its query, and quiet routes not at all', async () => {
  const { server, lines } = observed();
  await server.inject('/notes/a?token=hunter2');
  await server.inject('/livez');
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ path: '/notes/a', route: '/notes/:key', status: 200 });
});

test('still counts where there is to be no log', async () => {
  const { server, seen, lines } = observed({ requestLog: false });
  await server.inject('/notes/a');
  expect({ seen, lines }).toEqual({ seen: ['GET /notes/:key 200'], lines: [] });
});

test('logs requests of pollers in the Pod at debug, and those from elsewhere as all others', async () => {
  const { server, lines } = observed();
  const headers = { 'user-agent': pollerAgent };
  await server.inject({ url: '/notes/a', headers, remoteAddress: '127.0.0.1' });
  expect(lines).toEqual([]);
  await server.inject({ url: '/notes/a', headers, remoteAddress: '10.0.0.9' });
  expect(lines).toHaveLength(1);
});
