import { expect, test } from 'vitest';
import { Health, probeText } from '../../src/http/health.ts';

test('passes where there are no checks', async () => {
  expect(await new Health().run('livez')).toEqual({ probe: 'livez', ok: true, degraded: false, checks: [] });
});

test('fails with the reason when a check throws', async () => {
  const health = new Health();
  health.add('readyz', 'store', () => Promise.reject(new Error('connection refused')));
  const result = await health.run('readyz');
  expect(result).toMatchObject({ ok: false, checks: [{ name: 'store', ok: false, reason: 'connection refused' }] });
});

test('fails a check that does not answer in time, and tells it to stop', async () => {
  const health = new Health();
  let stopped = false;
  const hangs = (signal: AbortSignal) =>
    new Promise<void>(() => signal.addEventListener('abort', () => void (stopped = true)));
  health.add('readyz', 'store', hangs, { timeout: 20 });
  const result = await health.run('readyz');
  expect(result.checks[0]).toMatchObject({ ok: false, reason: 'the check timed out after 20 ms' });
  expect(stopped).toBe(true);
});

test('leaves out the checks that are excluded', async () => {
  const health = new Health();
  health.add('readyz', 'store', () => Promise.reject(new Error('down')));
  health.add('readyz', 'site', () => undefined);
  expect(await health.run('readyz', ['store'])).toMatchObject({ ok: true, checks: [{ name: 'site' }] });
});

test('words a verbose answer as the Kubernetes API server does', async () => {
  const health = new Health();
  health.add('readyz', 'site', () => undefined);
  health.add('readyz', 'store', () => Promise.reject(new Error('down')));
  expect(probeText(await health.run('readyz'), true)).toBe('[+]site ok\n[-]store failed: down\nreadyz check failed\n');
});

test('answers a plain probe that passes with ok', () => {
  expect(probeText({ probe: 'livez', ok: true, degraded: false, checks: [] }, false)).toBe('ok');
});

test('is degraded, and still passes, while a check that is not required fails', async () => {
  const health = new Health();
  health.add('readyz', 'site', () => undefined);
  health.add('readyz', 'cache', () => Promise.reject(new Error('down')), { required: false });
  const result = await health.run('readyz');
  expect(result).toMatchObject({ ok: true, degraded: true });
  expect(probeText(result, false)).toBe('degraded');
  expect(probeText(result, true)).toBe('[+]site ok\n[!]cache degraded: down\nreadyz check passed, degraded\n');
  health.add('readyz', 'site', () => Promise.reject(new Error('gone')));
  expect(await health.run('readyz')).toMatchObject({ ok: false, degraded: false });
});
