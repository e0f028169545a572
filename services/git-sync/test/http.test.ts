import { createHmac } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from '@podkit/chassis/testing/free-port';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Remote } from './fixtures/remote.ts';
import { publishedHash, startGitSync } from './fixtures/run.ts';

const secret = 'correct horse';

async function started(flags: string[] = [], { away = false, env = {} } = {}) {
  const remote = await Remote.create();
  const root = tempDir();
  const port = await freePort();
  if (away) renameSync(remote.path, `${remote.path}-away`);
  const base = [`--repo=${remote.path}`, '--ref=main', `--root=${root}`, '--link=x', `--http-bind=127.0.0.1:${port}`];
  const service = startGitSync([...base, '--max-failures=-1', ...flags], { env });
  const get = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init);
  const status = async (path: string) => (await get(path)).status;
  await waitFor('HTTP', async () => (await status('/livez')) === 200);
  const ready = () => waitFor('readiness', async () => (await status('/')) === 200);
  return { remote, root, port, service, get, status, ready };
}

describe('readiness', () => {
  test('is 503 with a reason until the first success, then 200, at every path', async () => {
    const { remote, get, status, ready } = await started(['--period=50ms'], { away: true });
    await waitFor('a failure', async () => (await (await get('/readyz')).text()).includes('does not appear'));
    const response = await get('/any/path');
    expect([response.status, await response.text()]).toEqual([503, expect.stringMatching(/^repo is not ready\n/)]);
    renameSync(`${remote.path}-away`, remote.path);
    await ready();
    expect(await Promise.all(['/', '/metrics', '/readyz', '/startupz'].map(status))).toEqual([200, 200, 200, 200]);
    expect(await (await get('/metrics')).text()).toBe('');
  });

  test('stays 200 when the remote goes away', async () => {
    const { remote, service, status, ready } = await started(['--period=20ms']);
    await ready();
    renameSync(remote.path, `${remote.path}-away`);
    await waitFor('failures', () => service.logs().filter((line) => 'error' in line).length > 3);
    expect(await status('/')).toBe(200);
  });

  test('fails when the last success is older than --stale-after, until the next success', async () => {
    const { remote, get, status, ready } = await started(['--period=20ms', '--stale-after=300ms']);
    await ready();
    renameSync(remote.path, `${remote.path}-away`);
    await waitFor('staleness', async () => (await status('/')) === 503);
    expect(await (await get('/readyz')).text()).toContain('the last success is');
    renameSync(`${remote.path}-away`, remote.path);
    await ready();
  });
});

test('has the metrics of upstream with its names and labels', async () => {
  const { remote, get, ready } = await started(['--http-metrics', '--period=20ms']);
  await ready();
  const metrics = async () => (await get('/metrics')).text();
  await waitFor('an idle pass', async () => (await metrics()).includes('git_sync_count_total{status="noop"}'));
  const text = await metrics();
  expect(text).toContain('git_sync_count_total{status="success"} 1\n');
  expect(text).toContain('git_sync_duration_seconds_count{status="success"} 1\n');
  expect(text).not.toContain('quantile=');
  expect(text).toContain('git_fetch_count_total 1\n');
  expect(text).toContain(`git_sync_hash_info{hash="${remote.head()}"} 1\n`);
  expect(text).toMatch(/git_sync_last_success_timestamp_seconds \d+/);
});

describe('POST /sync', () => {
  const env = { GITSYNC_TRIGGER_SECRET: secret };
  const sign = (body: string) => createHmac('sha256', secret).update(body).digest('hex');
  const push = JSON.stringify({ ref: 'refs/heads/main', repository: { default_branch: 'main' } });

  test('publishes a push at once, with the signature or token of each forge', async () => {
    const { remote, root, get, ready } = await started(['--period=1h'], { env });
    await ready();
    const proofs: Record<string, string>[] = [
      { 'x-hub-signature-256': `sha256=${sign(push)}` },
      { 'x-hub-signature': `sha256=${sign(push)}` },
      { 'x-gitea-signature': sign(push) },
      { 'x-gitlab-token': secret },
      { authorization: `Bearer ${secret}` },
    ];
    for (const proof of proofs) {
      const next = remote.commit({ 'index.html': `${Object.keys(proof)[0]}\n` });
      const response = await get('/sync', {
        method: 'POST',
        body: push,
        headers: { 'content-type': 'application/json', ...proof },
      });
      expect(response.status).toBe(202);
      await waitFor('the push to be published', () => publishedHash(join(root, 'x')) === next);
    }
  });

  test('refuses requests without a valid signature or token, and ignores pushes to other refs', async () => {
    const { get, ready } = await started(['--period=1h'], { env });
    await ready();
    const post = async (headers: Record<string, string>, body = push) =>
      (await get('/sync', { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } }))
        .status;
    expect(await post({})).toBe(401);
    expect(await post({ authorization: 'Bearer wrong' })).toBe(401);
    expect(await post({ 'x-hub-signature-256': `sha256=${sign('other')}` })).toBe(401);
    expect(await post({ 'x-hub-signature': `sha1=${createHmac('sha1', secret).update(push).digest('hex')}` })).toBe(
      401,
    );
    expect(await post({ 'x-gitlab-token': secret, 'x-gitea-signature': 'wrong' })).toBe(401);
    const other = JSON.stringify({ ref: 'refs/heads/other' });
    expect(await post({ 'x-hub-signature-256': `sha256=${sign(other)}` }, other)).toBe(200);
    expect(await post({ authorization: `Bearer ${secret}` }, 'not json')).toBe(202);
    expect(await post({ authorization: `Bearer ${secret}` }, 'x'.repeat(6 * 1024 * 1024))).toBe(413);
  });

  test("reads the secret's file for each request", async () => {
    const file = join(tempDir(), 'secret');
    writeFileSync(file, 'the old secret\n');
    const { get, ready } = await started(['--period=1h', `--trigger-secret-file=${file}`]);
    await ready();
    const post = async (token: string) =>
      (await get('/sync', { method: 'POST', headers: { authorization: `Bearer ${token}` } })).status;
    expect(await post('the old secret')).toBe(202);
    writeFileSync(file, 'the new secret\n');
    expect([await post('the old secret'), await post('the new secret')]).toEqual([401, 202]);
  });

  test('bounds unauthenticated bodies together, and drops the oldest', async () => {
    const { port, service, ready } = await started(['--period=1h'], { env });
    await ready();
    const size = 4 * 1024 * 1024;
    const head = `POST /sync HTTP/1.1\r\nhost: x\r\nx-hub-signature-256: sha256=00\r\ncontent-length: ${size + 1}\r\n\r\n`;
    const sockets = Array.from({ length: 12 }, () => {
      const socket = connect(port, '127.0.0.1', () =>
        socket.write(Buffer.concat([Buffer.from(head), Buffer.alloc(size)])),
      );
      // The server hangs up while this one still writes.
      socket.on('error', () => undefined);
      onTestFinished(() => void socket.destroy());
      return { socket, response: '' };
    });
    for (const one of sockets) one.socket.on('data', (chunk: Buffer) => (one.response += chunk.toString()));
    const dropped = () => sockets.filter(({ response }) => response.startsWith('HTTP/1.1 503')).length;
    // 12 times 4 MiB and a byte each that does not come: three are kept within 16 MiB, or four.
    await waitFor('the other requests to be dropped', () => dropped() === 8);
    expect(service.child.exitCode).toBe(null);
  });

  test('answers 429 to more than ten requests in ten seconds', async () => {
    const { get, ready } = await started(['--period=1h'], { env });
    await ready();
    const headers = { authorization: `Bearer ${secret}` };
    const responses = await Promise.all(Array.from({ length: 30 }, () => get('/sync', { method: 'POST', headers })));
    expect(responses.filter(({ status }) => status === 429).length).toBeGreaterThan(10);
  });

  test('does not exist without a secret', async () => {
    const { get, ready, root, remote } = await started(['--period=1h']);
    await ready();
    const before = remote.head();
    remote.commit({ 'index.html': 'two\n' });
    await get('/sync', { method: 'POST', headers: { authorization: 'Bearer ' } });
    expect(publishedHash(join(root, 'x'))).toBe(before);
  });
});
