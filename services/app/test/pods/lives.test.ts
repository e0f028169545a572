import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { expect, test } from 'vitest';
import { type RunningApp, startApp } from '../support/start-app.ts';

type Details = { starts: number; lives: { number: number; uid?: string; exitCode?: number; signal?: string }[] };
const details = async ({ url }: RunningApp) => (await (await fetch(`${url}/api/pods/self`)).json()) as Details;

test('a Pod records on its volume how each earlier run ended', async () => {
  const data = tempDir();
  const env = (uid: string) => ({ APP_DATA: data, POD_UID: uid, CHAOS: 'true', APP_CHAOS_TOKEN: 't' });
  await (await startApp(env('a'))).service.stop('SIGTERM');
  await (await startApp(env('a'))).service.stop('SIGKILL');
  const third = await startApp(env('a'));
  const headers = { authorization: 'Bearer t', 'content-type': 'application/json' };
  await fetch(`${third.admin}/api/chaos/exit`, { method: 'POST', headers, body: '{"code":9}' });
  await third.service.exited;
  const fourth = await startApp(env('b'));
  expect(await details(fourth)).toMatchObject({
    starts: 4,
    lives: [
      { number: 1, uid: 'a', exitCode: 0, signal: 'SIGTERM', reason: 'SIGTERM', endedAt: expect.any(Number) },
      { number: 2, uid: 'a', signal: 'SIGKILL', reason: expect.stringContaining('no end was recorded') },
      { number: 3, uid: 'a', exitCode: 9 },
      { number: 4, uid: 'b' },
    ],
  });
  const console = (await (await fetch(`${fourth.admin}/api/console`)).json()) as { livesBefore: Details['lives'] };
  expect(console.livesBefore.map(({ number }) => number)).toEqual([1, 2, 3]);
});

test('a second process on the same volume is refused', async () => {
  const data = tempDir();
  const first = await startApp({ APP_DATA: data });
  const second = await startApp({ APP_DATA: data }, { started: false });
  expect((await second.service.exited).code).toBe(1);
  expect(second.service.output.join()).toContain('in use by another process');
  await waitFor('the first to answer', async () => (await fetch(`${first.url}/api/pods/self`)).ok);
});
