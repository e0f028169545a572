import { existsSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { deadline } from '@podkit/chassis/testing/deadline';
import { freePort } from '@podkit/chassis/testing/free-port';
import { serve } from '@podkit/chassis/testing/serve';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { describe, expect, test } from 'vitest';
import { SiteFolder } from './support/site-folder.ts';
import { type RunningApp, startApp } from './support/start-app.ts';

const status = async (url: string, headers: Record<string, string> = {}) => (await fetch(url, { headers })).status;

type Console = {
  probes: unknown;
  lifecycle: { state: string; drain?: { phase: string; inFlight: number } };
};
type History = { calls: { probe: string; prober: string; status: number }[]; events: { kind: string; text: string }[] };
const readConsole = async ({ admin }: RunningApp) => (await (await fetch(`${admin}/api/console`)).json()) as Console;
const readHistory = async ({ admin }: RunningApp) =>
  (await (await fetch(`${admin}/api/console/history`)).json()) as History;

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

describe('readiness', () => {
  test('needs the first sync and the ambassador, and is the same by HTTP, file and TCP port', async () => {
    const folder = new SiteFolder();
    const readyFile = join(tempDir(), 'ready');
    const tcp = await freePort();
    writeFileSync(readyFile, 'left by a killed process');
    writeFileSync(`${readyFile}.0.tmp`, 'half');
    let healthy = 204;
    const ambassador = await serve((_request, response) => response.writeHead(healthy).end());
    const app = await startApp({
      APP_REQUIRES: 'site,ambassador',
      APP_SITE: folder.link,
      APP_READY_FILE: readyFile,
      APP_TCP_PROBE_PORT: String(tcp),
      APP_AMBASSADOR_URL: ambassador,
      APP_DEPENDENCY_PERIOD: '30ms',
      APP_DEPENDENCY_FAILURES: '2',
    });
    const ready = async () => [await status(`${app.admin}/readyz`), existsSync(readyFile), await accepts(tcp)];
    expect(await ready()).toEqual([503, false, false]);
    expect(await (await fetch(`${app.admin}/readyz?verbose`)).text()).toContain('[-]site failed: nothing at');
    folder.publish('a', { 'index.html': 'a' });
    await waitFor('readiness', async () => (await ready()).join() === '200,true,true');
    healthy = 503;
    await waitFor('unreadiness', async () => (await ready()).join() === '503,false,false');
    healthy = 204;
    await waitFor('readiness again', async () => (await ready()).join() === '200,true,true');
    expect((await app.service.stop()).code).toBe(0);
    expect([existsSync(readyFile), existsSync(`${readyFile}.0.tmp`)]).toEqual([false, false]);
  });
});

describe('the probe history', () => {
  test('distinguishes the kubelet and its hooks from other callers, with the code of each call', async () => {
    const app = await startApp({ APP_HOOK_TOKEN: 'h' });
    await status(`${app.admin}/livez`, { 'user-agent': 'kube-probe/1.36' });
    await status(`${app.admin}/readyz?verbose`, { 'user-agent': 'Mozilla/5.0' });
    await status(`${app.admin}/hooks/post-start`, { 'user-agent': 'kube-lifecycle/1.36', authorization: 'Bearer h' });
    const { calls } = await readHistory(app);
    expect(calls.slice(-3)).toMatchObject([
      { probe: 'livez', prober: 'kubelet', status: 200 },
      { probe: 'readyz', prober: 'other', status: 200 },
      { probe: 'post-start', prober: 'hook', status: 200 },
    ]);
    expect((await readConsole(app)).probes).toMatchObject({ livez: { ok: 1, failed: 0 } });
  });
});

describe('the postStart marker', () => {
  test('is waited for with liveness 200 and startup 503, and is removed at the end', async () => {
    const marker = join(tempDir(), 'post-start');
    const app = await startApp({ APP_POST_START_FILE: marker }, { started: false });
    await waitFor('the admin port', () => status(`${app.admin}/livez`));
    expect([await status(`${app.admin}/livez`), await status(`${app.admin}/startupz`)]).toEqual([200, 503]);
    writeFileSync(marker, '');
    await waitFor('the start', async () => (await status(`${app.admin}/startupz`)) === 200);
    await app.service.stop();
    expect(existsSync(marker)).toBe(false);
  });

  test('ends the app with exit code 4 when it does not come', async () => {
    const env = { APP_POST_START_FILE: '/nonexistent/marker', APP_POST_START_TIMEOUT: '50ms' };
    const app = await startApp(env, { started: false });
    expect(await app.service.exited).toEqual({ code: 4, signal: null });
    expect(app.service.output.join()).toContain('no /nonexistent/marker within 50ms');
  });
});

describe('the preStop hook', () => {
  test('holds its response until the requests in flight are answered, and the SIGTERM after it changes nothing', async () => {
    const drain = { DRAIN_DELAY: `${deadline(3000)}ms`, GRACE_PERIOD: '60s' };
    const app = await startApp({ CHAOS: 'true', APP_CHAOS_TOKEN: 't', APP_HOOK_TOKEN: 't', ...drain });
    const headers = { authorization: 'Bearer t', 'content-type': 'application/json' };
    const body = JSON.stringify({ delay: '500ms', duration: '1m' });
    await fetch(`${app.admin}/api/chaos/latency`, { method: 'PUT', headers, body });
    const order: string[] = [];
    const slow = fetch(`${app.url}/api/pod`).then((answer) => order.push(`request ${answer.status}`));
    const hook = fetch(`${app.admin}/hooks/pre-stop`, { headers }).then((answer) =>
      order.push(`hook ${answer.status}`),
    );
    await app.service.logged('draining', ({ state }) => state === 'draining');
    const { lifecycle } = await readConsole(app);
    expect(lifecycle).toMatchObject({ state: 'draining', drain: { phase: 'answering' } });
    expect((await readHistory(app)).events.map(({ text }) => text)).toContain('preStop called');
    expect(await app.service.stop()).toEqual({ code: 0, signal: null });
    await Promise.all([slow, hook]);
    expect(order).toEqual(['request 200', 'hook 200']);
  });

  test('is refused without a token, also where none is set', async () => {
    const app = await startApp();
    expect(await status(`${app.admin}/hooks/pre-stop`)).toBe(401);
    expect(await status(`${app.admin}/hooks/pre-stop`, { authorization: 'Bearer undefined' })).toBe(401);
  });

  test('asks for its token where one is set', async () => {
    const app = await startApp({ APP_HOOK_TOKEN: 'secret' });
    expect(await status(`${app.admin}/hooks/pre-stop`)).toBe(401);
    expect(await status(`${app.admin}/livez`)).toBe(200);
    const allowed = status(`${app.admin}/hooks/pre-stop`, { authorization: 'Bearer secret' });
    expect((await app.service.exited).code).toBe(0);
    expect(await allowed).toBe(200);
  });
});

describe('a configuration that cannot work', () => {
  test('is refused with every error and exit code 2', async () => {
    const env = { CHAOS: 'true', APP_REQUIRES: 'site,redis', APP_PODS_SRV: '_http._tcp.x', APP_STROE: 'x' };
    const app = await startApp(env, { started: false });
    expect((await app.service.exited).code).toBe(2);
    const output = app.service.output.join('\n');
    expect(output).toContain('APP_STROE: no such setting; did you mean APP_STORE?');
  });
  test('is refused with exit code 2 and every error that concerns several settings', async () => {
    const env = { CHAOS: 'true', APP_REQUIRES: 'site,redis', APP_PODS_SRV: '_http._tcp.x' };
    const app = await startApp(env, { started: false });
    expect((await app.service.exited).code).toBe(2);
    const output = app.service.output.join('\n');
    for (const name of [
      'APP_REQUIRES: "redis"',
      'APP_CHAOS_TOKEN: required',
      'APP_POD_INDEX: required',
      'APP_INTERNAL_TOKEN: req',
    ])
      expect(output).toContain(name);
  });

  test('says that the data folder cannot be used', async () => {
    const data = join(tempDir(), 'a-file');
    writeFileSync(data, '');
    const app = await startApp({ APP_DATA: data }, { started: false });
    expect((await app.service.exited).code).toBe(1);
    expect(app.service.output.join()).toMatch(/ERR_DATA.*APP_DATA=\S+: data can't be kept there/);
  });

  test('ends the app with exit code 5 where its database is damaged', async () => {
    const data = tempDir();
    writeFileSync(join(data, 'pod.db'), 'no database at all, '.repeat(1000));
    const app = await startApp({ APP_DATA: data }, { started: false });
    expect((await app.service.exited).code).toBe(5);
    expect(app.service.output.join()).toContain('pod.db is damaged');
  });
});
