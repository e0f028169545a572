import { describe, expect, test } from 'vitest';
import { Lifecycle } from '../../src/process/lifecycle.ts';

const quick = { drainDelay: 0, shutdownTimeout: 1000 };
const listStates = (lifecycle: Lifecycle) => lifecycle.events.map((event) => event.state);

describe('a lifecycle', () => {
  test('goes through its states in order', async () => {
    const lifecycle = new Lifecycle(quick);
    lifecycle.markStarted();
    lifecycle.setReady(true, 'all checks pass');
    lifecycle.setReady(false, 'store is down');
    lifecycle.setReady(true, 'all checks pass');
    await lifecycle.drain('SIGTERM');
    lifecycle.markExited('exit code 0');
    expect(listStates(lifecycle)).toEqual([
      'starting',
      'started',
      'ready',
      'unready',
      'ready',
      'draining',
      'closed',
      'exited',
    ]);
  });

  test('is not ready before it has started', () => {
    const lifecycle = new Lifecycle(quick);
    lifecycle.setReady(true, 'too early');
    expect(lifecycle.state).toBe('starting');
  });

  test('notes nothing when readiness stays as it is', () => {
    const lifecycle = new Lifecycle(quick);
    lifecycle.markStarted();
    lifecycle.setReady(true, 'a');
    lifecycle.setReady(true, 'b');
    expect(listStates(lifecycle)).toEqual(['starting', 'started', 'ready']);
  });

  test('stays draining whatever the readiness checks say', async () => {
    const lifecycle = new Lifecycle({ ...quick, drainDelay: 20 });
    lifecycle.markStarted();
    const drained = lifecycle.drain('SIGTERM');
    lifecycle.setReady(false, 'store is gone');
    expect(lifecycle.state).toBe('draining');
    await drained;
  });

  test('releases last what was taken first', async () => {
    const lifecycle = new Lifecycle(quick);
    const released: string[] = [];
    for (const name of ['store', 'server']) lifecycle.atClose(name, () => void released.push(name));
    await lifecycle.drain('SIGTERM');
    expect(released).toEqual(['server', 'store']);
  });

  test('releases the rest when one release fails, and then says which failed', async () => {
    const lifecycle = new Lifecycle(quick);
    const released: string[] = [];
    lifecycle.atClose('store', () => void released.push('store'));
    lifecycle.atClose('server', () => Promise.reject(new Error('stuck')));
    await expect(lifecycle.drain('SIGTERM')).rejects.toMatchObject({ code: 'ERR_CLOSE', message: 'server: stuck' });
    expect(released).toEqual(['store']);
  });

  test('gives up at the deadline and notifies the closer', async () => {
    const lifecycle = new Lifecycle({ drainDelay: 0, shutdownTimeout: 30 });
    let notified = false;
    lifecycle.atClose('server', async (signal) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      notified = true;
    });
    await expect(lifecycle.drain('SIGTERM')).rejects.toMatchObject({ code: 'ERR_DRAIN_DEADLINE' });
    await Promise.resolve();
    expect(notified).toBe(true);
  });

  test('drains once, however often it is asked', async () => {
    const lifecycle = new Lifecycle(quick);
    let closed = 0;
    lifecycle.atClose('server', () => void (closed += 1));
    await Promise.all([lifecycle.drain('preStop'), lifecycle.drain('SIGTERM')]);
    expect(closed).toBe(1);
    expect(lifecycle.events.at(-2)).toMatchObject({ state: 'draining', reason: 'preStop' });
  });

  test('keeps its first event and the newest ones when it flaps for long', () => {
    const lifecycle = new Lifecycle(quick);
    lifecycle.markStarted();
    for (let flap = 0; flap < 1000; flap += 1) lifecycle.setReady(flap % 2 === 0, String(flap));
    expect(lifecycle.events).toHaveLength(200);
    expect(lifecycle.events[0]?.state).toBe('starting');
    expect(lifecycle.events.at(-1)?.reason).toBe('999');
  });
});
