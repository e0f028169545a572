import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { dirname } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { expect, onTestFinished, test } from 'vitest';
import { serveGit } from './fixtures/http-remote.ts';
import { Remote } from './fixtures/remote.ts';
import { expectDone, runGitSync } from './fixtures/run.ts';

/** A server whose lines end in bare line feeds, as those of a shell script do. Gives what each request contained. */
async function serveBareLines(body: string): Promise<{ port: number; requests: string[] }> {
  const requests: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (chunk) => {
      requests.push(chunk.toString());
      socket.end(`HTTP/1.1 200 OK\n\n${body}`);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, requests };
}

const basic = (user: string) => `authorization: Basic ${Buffer.from(user).toString('base64')}`;

test('askpass and webhooks take bare line feeds, and send the user name and password of their addresses', async () => {
  const remote = await Remote.create();
  const { url } = await serveGit(dirname(remote.path), (user) => user === 'me:secret');
  const askpass = await serveBareLines('username=me\npassword=secret\n');
  const webhook = await serveBareLines('');
  const run = await runGitSync([
    `--repo=${url}/site.git`,
    '--ref=main',
    `--root=${tempDir()}`,
    '--one-time',
    `--askpass-url=http://one:hunter%4022@127.0.0.1:${askpass.port}/ask`,
    `--webhook-url=http://two:hunter%4022@127.0.0.1:${webhook.port}/done`,
  ]);
  expectDone(run);
  expect([askpass.requests.length, webhook.requests.length]).toEqual([1, 1]);
  expect(askpass.requests[0]?.toLowerCase()).toContain(basic('one:hunter@22').toLowerCase());
  expect(webhook.requests[0]?.toLowerCase()).toContain(basic('two:hunter@22').toLowerCase());
  expect(run.text).not.toContain('hunter');
});
