import { deadline } from '@podkit/chassis/testing/deadline';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { describe, expect, test } from 'vitest';
import { keepAliveLoad } from './support/keep-alive-load.ts';
import { startApp } from './support/start-app.ts';

describe('SIGTERM under load', () => {
  test('fails none of the requests of 200 keep-alive connections, and exits 0', async () => {
    const app = await startApp({ DRAIN_DELAY: `${deadline(1000)}ms`, GRACE_PERIOD: '1h', LOG_LEVEL: 'warn' });
    // More requests than can be sent before the drain ends: every client must be sent away.
    const load = keepAliveLoad(`${app.url}/api/pod`, 200, 1_000_000);
    await waitFor('requests to be answered', async () => {
      const stats = (await (await fetch(`${app.admin}/stats`)).json()) as { requests: { total: number } };
      return stats.requests.total > 2000;
    });
    const exit = await app.service.stop();
    const { answered, failed } = await load;
    expect({ exit, failed }).toEqual({ exit: { code: 0, signal: null }, failed: [] });
    expect(answered).toBeGreaterThan(2000);
  });
});
