import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { holdTick } from '../../src/unsafe/hold-tick.ts';
import { releaseMemory } from '../../src/unsafe/release-memory.ts';

it('holds an object that a tick was made of, also after the tick and a collection', async () => {
  const tick = new WeakRef(holdTick());
  await turn();
  releaseMemory();
  expect(tick.deref()).toHaveProperty('callback');
});
