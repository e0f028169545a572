import { EventStreams } from '@podkit/chassis/http/sse';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { expect, onTestFinished, test } from 'vitest';
import { liveRoutes } from '../src/http/live-routes.ts';
import { SiteWatch } from '../src/site/site-watch.ts';
import { SiteFolder } from './support/site-folder.ts';
import { createTestServer } from './support/test-server.ts';

test('a new commit is sent to every stream', async () => {
  const folder = new SiteFolder();
  const first = folder.publish('a', { 'index.html': 'a' });
  const server = createTestServer();
  const watch = new SiteWatch(folder.link, { poll: 50 });
  const stream = new EventStreams({ limit: 1 });
  liveRoutes(server, { watch, stream });
  onTestFinished(async () => {
    watch.stop();
    stream.close();
    await server.close();
  });
  const url = await server.listen({ port: 0, host: '127.0.0.1' });
  const response = await fetch(`${url}/api/site/events`);
  let text = '';
  const reading = (async () => {
    for await (const chunk of response.body ?? []) text += Buffer.from(chunk as Uint8Array).toString();
  })();
  await waitFor('the first commit', () => text.includes(first));
  expect((await fetch(`${url}/api/site/events`)).status).toBe(503);
  const second = folder.publish('b', { 'index.html': 'b' });
  await waitFor('the second commit', () => text.includes(second));
  expect(await (await fetch(`${url}/api/site`)).json()).toMatchObject({ published: true, commit: second });
  stream.close();
  await reading;
  expect(text).toContain('event: bye');
});
