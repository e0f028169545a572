import { expect, onTestFinished, test } from 'vitest';
import { guardToLoopback } from '../src/http/local-guard.ts';
import { createTestServer } from './support/test-server.ts';

test('the console answers callers within the Pod and Pods with the internal token, and no others', async () => {
  const server = createTestServer();
  onTestFinished(() => server.close());
  guardToLoopback(server, { internalToken: 'between-pods' });
  server.get('/stats', () => ({}));
  const ask = async (remoteAddress: string, token?: string) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return (await server.inject({ url: '/stats', remoteAddress, headers })).statusCode;
  };
  expect([await ask('127.0.0.1'), await ask('::1'), await ask('10.0.0.9', 'between-pods')]).toEqual([200, 200, 200]);
  expect([await ask('10.0.0.9'), await ask('10.0.0.9', 'wrong')]).toEqual([403, 403]);
});
