import { waitFor } from '@podkit/chassis/testing/wait-for';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Chaos } from '../src/chaos/chaos.ts';
import { Overload } from '../src/health/overload.ts';
import { trafficGate } from '../src/http/traffic-gate.ts';
import { type RunningApp, startApp } from './support/start-app.ts';
import { createTestServer } from './support/test-server.ts';

const authorization = 'Bearer let-me';
const startChaotic = (env: Record<string, string> = {}) =>
  startApp({ CHAOS: 'true', APP_CHAOS_TOKEN: 'let-me', ...env });

async function control({ admin }: RunningApp, method: string, path: string, body?: unknown, token = authorization) {
  const headers: Record<string, string> = { authorization: token };
  if (body !== undefined) headers['content-type'] = 'application/json';
  const response = await fetch(`${admin}/api/chaos${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as { active?: { name: string }[]; code?: string } };
}

const status = async (url: string) => (await fetch(url)).status;

describe('the chaos controls', () => {
  test('are 404 unless chaos is allowed', async () => {
    const app = await startApp();
    expect((await control(app, 'GET', '')).status).toBe(404);
  });

  test('need the token, and refuse invalid bodies', async () => {
    const app = await startChaotic();
    expect((await control(app, 'PUT', '/hang', { duration: '1s' }, 'Bearer wrong')).status).toBe(401);
    const bad = [
      await control(app, 'PUT', '/hang', { duration: '11m' }),
      await control(app, 'PUT', '/hang', { duration: 'soon' }),
      await control(app, 'PUT', '/memory', { duration: '1s', size: '9Gi' }),
      await control(app, 'PUT', '/drop', { duration: '1s', share: 2 }),
      await control(app, 'PUT', '/probes/otherz', { failNext: 1, duration: '1s' }),
    ];
    expect(bad.map((response) => response.status)).toEqual([400, 400, 400, 400, 400]);
    expect((await control(app, 'GET', '')).body).toEqual({ active: [] });
  });

  test('fail the next N calls of one probe, and expire', async () => {
    const app = await startChaotic();
    await control(app, 'PUT', '/probes/livez', { failNext: 2, duration: '1m' });
    const codes = [];
    for (let call = 0; call < 3; call += 1) codes.push(await status(`${app.admin}/livez`));
    expect([codes, await status(`${app.admin}/readyz`)]).toEqual([[503, 503, 200], 200]);
    await control(app, 'PUT', '/probes/startupz', { failNext: -1, duration: '1m' });
    expect(await status(`${app.admin}/startupz`)).toBe(503);
    await control(app, 'PUT', '/probes/startupz', { failNext: -1, duration: '1ms' });
    await waitFor('the expiry', async () => (await status(`${app.admin}/startupz`)) === 200);
  });

  test('hang, slow down and cut traffic until they are ended', async () => {
    const app = await startChaotic();
    const { body } = await control(app, 'PUT', '/latency', { delay: '150ms', duration: '1m' });
    expect(body.active?.map(({ name }) => name)).toEqual(['latency']);
    expect(await status(`${app.url}/api/pod`)).toBe(200);
    await control(app, 'PUT', '/drop', { share: 1, duration: '1m' });
    await expect(fetch(`${app.url}/api/pod`)).rejects.toThrow('fetch failed');
    await control(app, 'PUT', '/hang', { duration: '1m' });
    await expect(fetch(`${app.admin}/livez`, { signal: AbortSignal.timeout(200) })).rejects.toThrow('timeout');
    const waiting = fetch(`${app.url}/api/pod`);
    expect((await control(app, 'DELETE', '')).body).toEqual({ active: [] });
    expect((await waiting).status).toBe(200);
  });

  test('delay each response of the public port by the latency', async () => {
    const chaos = new Chaos(() => undefined);
    const server = createTestServer();
    onTestFinished(() => server.close());
    trafficGate(server, { overload: new Overload({ maxInFlight: 0, maxEventLoopDelay: 0, maxHeap: 0 }), chaos });
    server.get('/', () => 'late');
    await server.ready();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    chaos.slowDown(150, 60_000);
    const onResponse = vi.fn<() => void>();
    const response = server.inject('/').finally(onResponse);
    // The end of the control is the first timer, the delay is the second.
    while (vi.getTimerCount() < 2) await new Promise((resolve) => setImmediate(resolve));
    await vi.advanceTimersByTimeAsync(149);
    expect(onResponse).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect((await response).body).toBe('late');
  });

  test('burn CPU until work is refused with 503 and Retry-After while probes are answered', async () => {
    const app = await startChaotic({ APP_MAX_EVENT_LOOP_DELAY: '20ms' });
    await control(app, 'PUT', '/cpu', { share: 0.9, duration: '1m' });
    const refused = await waitFor('work to be refused', async () => {
      const response = await fetch(`${app.url}/api/pod`);
      return response.status === 503 && response;
    });
    expect([refused.headers.get('retry-after'), await refused.json()]).toEqual([
      '1',
      expect.objectContaining({ code: 'ERR_OVERLOADED' }),
    ]);
    expect(await status(`${app.admin}/livez`)).toBe(200);
  });

  test('end the process with the code asked for', async () => {
    const app = await startChaotic();
    expect((await control(app, 'POST', '/exit', { code: 42 })).status).toBe(202);
    expect(await app.service.exited).toEqual({ code: 42, signal: null });
  });
});
