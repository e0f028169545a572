import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../testing/free-port.ts';
import { type SpawnedService, spawnService } from '../../testing/spawn-service.ts';
import { waitFor } from '../../testing/wait-for.ts';

const main = join(import.meta.dirname, '..', 'fixtures', 'echo-service.ts');

async function start(env: Record<string, string> = {}): Promise<{ service: SpawnedService; url: string }> {
  const service = spawnService(main, { env: { DRAIN_DELAY: '100ms', ...env } });
  onTestFinished(() => void service.child.kill('SIGKILL'));
  const line = await service.logged('listening', ({ msg }) => msg === 'listening');
  return { service, url: String(line.address) };
}

const states = (service: SpawnedService) =>
  service.logs().flatMap(({ msg, state }) => (msg === 'lifecycle' ? [state] : []));

describe('a service that gets SIGTERM', () => {
  // The log line comes up to 200 ms after the change, so the delay is long beside that and a busy machine's requests.
  test('keeps answering for the drain delay, says Connection: close, stays live and ready, and exits 0', async () => {
    const { service, url } = await start({ DRAIN_DELAY: '2s' });
    await fetch(`${url}/readyz`);
    const exited = service.stop();
    await service.logged('draining', ({ state }) => state === 'draining');
    for (const path of ['/', '/livez', '/readyz']) {
      const response = await fetch(url + path);
      expect([path, response.status, response.headers.get('connection')]).toEqual([path, 200, 'close']);
    }
    expect(await exited).toEqual({ code: 0, signal: null });
    expect(states(service)).toEqual(['started', 'ready', 'draining', 'closed', 'exited']);
  });

  test('fails readiness at once where DRAIN_READINESS=fail', async () => {
    const { service, url } = await start({ DRAIN_DELAY: '2s', DRAIN_READINESS: 'fail' });
    const exited = service.stop();
    await service.logged('draining', ({ state }) => state === 'draining');
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    await exited;
  });

  test('finishes the request that is in flight', async () => {
    const { service, url } = await start({ DRAIN_DELAY: '0s' });
    const agent = new Agent({ keepAlive: true });
    const answer = new Promise<string>((resolve, reject) => {
      get(`${url}/slow`, { agent }, (response) => response.on('data', (body) => resolve(String(body)))).on(
        'error',
        reject,
      );
    });
    await fetch(url);
    expect(await service.stop()).toEqual({ code: 0, signal: null });
    expect(await answer).toBe('finished');
  });

  test('does not wait for connections on which nothing was asked, or only half', async () => {
    const { service, url } = await start({ DRAIN_DELAY: '0s' });
    const silent = connect(Number(new URL(url).port), '127.0.0.1');
    const slow = connect(Number(new URL(url).port), '127.0.0.1');
    slow.write('GET / HTTP/1.1\r\nhost: a\r\n');
    for (const socket of [silent, slow]) socket.on('error', () => undefined);
    await fetch(url);
    expect(await service.stop()).toEqual({ code: 0, signal: null });
  });

  test('exits 3 when it cannot close within SHUTDOWN_TIMEOUT', async () => {
    const { service } = await start({ ECHO_STUCK: 'true', SHUTDOWN_TIMEOUT: '200ms' });
    expect(await service.stop()).toEqual({ code: 3, signal: null });
  });

  test('counts the signal after a preStop hook as the first one', async () => {
    const { service, url } = await start({ DRAIN_DELAY: '2s' });
    await fetch(`${url}/stop`);
    expect(await service.stop()).toEqual({ code: 0, signal: null });
  });

  test('exits at once, with 128 + the signal, on the second signal', async () => {
    const { service } = await start({ DRAIN_DELAY: '20s', SHUTDOWN_TIMEOUT: '1s' });
    service.child.kill('SIGTERM');
    await service.logged('draining', ({ state }) => state === 'draining');
    expect(await service.stop('SIGINT')).toEqual({ code: 130, signal: null });
  });
});

describe('a service that cannot start', () => {
  test('exits 2 and names every error of its configuration', async () => {
    const service = spawnService(main, { env: { PORT: 'x', ECHO_STUK: '1' } });
    expect((await service.exited).code).toBe(2);
    expect(service.output).toEqual([
      'echo: ECHO_STUK: no such setting; did you mean ECHO_STUCK?',
      'echo: PORT="x": expected a port from 0 to 65535',
    ]);
  });

  test('refuses a drain that does not fit into the grace period', async () => {
    const service = spawnService(main, { env: { DRAIN_DELAY: '20s', SHUTDOWN_TIMEOUT: '10s', GRACE_PERIOD: '30s' } });
    expect((await service.exited).code).toBe(2);
    expect(service.output[0]).toContain(
      'GRACE_PERIOD=30s: too short for DRAIN_DELAY (20s) + SHUTDOWN_TIMEOUT (10s) + 2s',
    );
  });

  test('names the port that is taken and the setting that moves it', async () => {
    const { url } = await start();
    const { port } = new URL(url);
    const service = spawnService(main, { env: { PORT: port } });
    expect((await service.exited).code).toBe(1);
    expect(service.output.join('\n')).toContain(
      `cannot listen on 127.0.0.1:${port}: the port is taken; set PORT to another port`,
    );
  });

  test('prints its settings for --help and exits 0', async () => {
    const service = spawnService(main, { args: ['--help'] });
    expect((await service.exited).code).toBe(0);
    expect(service.output.join('\n')).toContain('--drain-delay, DRAIN_DELAY');
  });
});

describe('the server of a service', () => {
  test('answers what it does not know, what is too large and what crashes with a code and a message that leak nothing', async () => {
    const { url } = await start({ PORT: String(await freePort()) });
    const ask = async (path: string, init?: RequestInit) => {
      const response = await fetch(url + path, init);
      return [response.status, await response.json()];
    };
    expect(await ask('/nowhere?a=b')).toEqual([404, { code: 'ERR_NOT_FOUND', message: 'nothing at GET /nowhere' }]);
    const large = { method: 'POST', body: 'x'.repeat(1001), headers: { 'content-type': 'text/plain' } };
    expect(await ask('/', large)).toEqual([
      413,
      { code: 'FST_ERR_CTP_BODY_TOO_LARGE', message: 'Request body is too large' },
    ]);
    expect(await ask('/crash')).toEqual([500, { code: 'ERR_INTERNAL', message: 'internal error' }]);
  });

  test('counts requests by the template of their route, never by URL', async () => {
    const { url } = await start();
    for (const path of ['/items/1', '/items/2', '/nowhere/1', '/nowhere/2']) await fetch(url + path);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain('http_request_duration_seconds_count{method="GET",route="/items/:id",status="200"} 2');
    expect(metrics).toContain('http_request_duration_seconds_count{method="GET",route="unmatched",status="404"} 2');
    expect(metrics).not.toContain('nowhere');
  });

  test('answers requests that the router refuses with a code and a message, and counts them as unmatched', async () => {
    const { url } = await start();
    const [undecodable, long] = [
      await fetch(`${url}/%zz?token=hunter2`),
      await fetch(`${url}/items/${'x'.repeat(1025)}`),
    ];
    expect([undecodable.status, await undecodable.json()]).toEqual([
      400,
      { code: 'FST_ERR_BAD_URL', message: "'/%zz' is not a valid url component" },
    ]);
    expect([long.status, await long.json()]).toMatchObject([414, { code: 'FST_ERR_MAX_PARAM_LENGTH' }]);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    for (const status of [400, 414])
      expect(metrics).toContain(
        `http_request_duration_seconds_count{method="GET",route="unmatched",status="${status}"} 1`,
      );
  });

  test('lists the checks of a probe for ?verbose and leaves out those of ?exclude', async () => {
    const { url } = await start();
    expect(await (await fetch(`${url}/readyz?verbose`)).text()).toBe('[+]started ok\nreadyz check passed\n');
    expect(await (await fetch(`${url}/readyz?verbose&exclude=started`)).text()).toBe('readyz check passed\n');
  });
});

describe('a service whose reader of standard output is gone', () => {
  test('goes on without its log, says so in a metric, and stops in order', async () => {
    const { service, url } = await start();
    service.child.stdout?.destroy();
    const broken = async () => {
      const metrics = await (await fetch(`${url}/metrics`)).text();
      return metrics.includes('podkit_log_output_broken 1');
    };
    await waitFor('the metric', broken);
    expect((await fetch(url)).status).toBe(200);
    expect(await service.stop()).toEqual({ code: 0, signal: null });
  });
});

describe('a service whose parent is gone', () => {
  test('stops in order by itself', async () => {
    const { service } = await start();
    service.child.stdio[3]?.destroy();
    expect(await service.exited).toEqual({ code: 0, signal: null });
    expect(service.logs()).toContainEqual(
      expect.objectContaining({ state: 'draining', reason: 'the parent process is gone' }),
    );
  });

  test('is not left behind by a launcher that was killed', async () => {
    const launcher = spawnService(join(import.meta.dirname, '..', 'fixtures', 'launcher.ts'), { args: [main] });
    await waitFor('the service', () => launcher.output.some((line) => line.startsWith('http')));
    const url = launcher.output.find((line) => line.startsWith('http')) ?? '';
    launcher.child.kill('SIGKILL');
    await waitFor('its end', () =>
      fetch(url).then(
        () => false,
        () => true,
      ),
    );
  });
});
