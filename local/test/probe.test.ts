import { expect, test } from 'vitest';
import { manifestProbes } from '../src/manifest-probes.ts';
import { type ProbeResult, runProbe } from '../src/probe.ts';

/** The results of a probe whose calls go as `calls` says, one after another. */
async function collectResults(calls: boolean[], thresholds: { failureThreshold: number; successThreshold: number }) {
  const over = new AbortController();
  const results: ProbeResult[] = [];
  const rest = [...calls];
  const check = async () => {
    const ok = rest.shift();
    if (rest.length === 0) setImmediate(() => over.abort());
    if (ok !== true) throw new Error('not well');
  };
  await runProbe({ check, period: 0, timeout: 60_000, ...thresholds }, over.signal, (result) => results.push(result));
  return results.map(({ ok }) => ok);
}

test('a probe fails only after its threshold of failures in a row', async () => {
  const thresholds = { failureThreshold: 3, successThreshold: 1 };
  expect(await collectResults([true, false, false, true, false, false, false, false, true, true], thresholds)).toEqual([
    true,
    false,
    true,
  ]);
});

test('a probe succeeds only after its threshold of successes in a row', async () => {
  const thresholds = { failureThreshold: 1, successThreshold: 2 };
  expect(await collectResults([false, true, false, true, true, true], thresholds)).toEqual([false, true]);
});

test('a check that does not answer has failed, with its timeout as the reason', async () => {
  const over = new AbortController();
  const results: ProbeResult[] = [];
  const check = waitForAbort;
  const terms = { period: 0, timeout: 1, failureThreshold: 1, successThreshold: 1 };
  await runProbe({ check, ...terms }, over.signal, (result) => {
    results.push(result);
    over.abort();
  });
  expect(results).toEqual([{ ok: false, reason: 'no response within 0.001 s' }]);
});

const waitForAbort = (signal: AbortSignal) =>
  new Promise<void>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

const ports = { 'git-sync': 1, ambassador: 2, metrics: 3, downward: 4, admin: 5 };

test.each(['git-sync', 'ambassador', 'metrics-adapter', 'downward-reader', 'app'])(
  '%s is probed as k8s/base says, and sooner while it starts',
  (name) => {
    const { startup, liveness, readiness } = manifestProbes(name, ports);
    expect(startup).toMatchObject({ period: 100, timeout: 2000, failureThreshold: 900 });
    expect(liveness).toMatchObject({ period: 10_000, timeout: 3000, failureThreshold: 3 });
    expect(readiness).toMatchObject({ period: 2000, timeout: 3000, failureThreshold: 3 });
  },
);

test('a container that k8s/base does not have is an error that names it', () => {
  expect(() => manifestProbes('nothing', ports)).toThrow('container nothing: no HTTP startup probe');
});
