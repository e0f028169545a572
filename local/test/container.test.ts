import { waitFor } from '@podkit/chassis/testing/wait-for';
import { expect, onTestFinished, test } from 'vitest';
import { Container } from '../src/container.ts';
import type { Check, Probe } from '../src/probe.ts';

const terms = { period: 5, timeout: 60_000, failureThreshold: 1, successThreshold: 1 };
const passes: Probe = { ...terms, check: () => Promise.resolve() };

/** A container of a process that stays, and the states it went through. */
function run({ script = 'setInterval(() => {}, 1e9)', liveness }: { script?: string; liveness?: Check }) {
  const states: string[] = [];
  const container = new Container(
    {
      name: 'it',
      command: process.execPath,
      args: ['-e', script],
      env: {},
      startup: passes,
      readiness: passes,
      ...(liveness === undefined ? {} : { liveness: { ...terms, check: liveness } }),
    },
    {
      onLine: () => undefined,
      onState: (_name, state, detail) => states.push(detail === '' ? state : `${state}: ${detail}`),
    },
  );
  onTestFinished(() => container.kill());
  return { container, states };
}

test('a container whose liveness fails is stopped and started again', async () => {
  let failures = 1;
  const liveness = () => (failures-- > 0 ? Promise.reject(new Error('stuck')) : Promise.resolve());
  const { container, states } = run({ liveness });
  await container.start();
  await waitFor('the second start', () => states.filter((state) => state === 'started').length === 2);
  expect(states).toContain('restarting: liveness probe failed: stuck');
  expect(states).toContain('restarting: ended (SIGTERM); starting again');
});

test('a container that ends twice waits for the back-off, which a stop cuts short', async () => {
  const { container, states } = run({ script: 'process.exitCode = 7' });
  void container.start();
  await waitFor('the back-off', () => states.includes('restarting: ended (exit 7); starting again in 10 s'));
  expect(await container.stop()).toBeUndefined();
});

test('a container that is stopped says how it ended', async () => {
  const { container, states } = run({});
  await container.start();
  expect(await container.stop()).toEqual({ code: null, signal: 'SIGTERM' });
  expect(states.slice(-2)).toEqual(['stopping', 'stopped: SIGTERM']);
});
