import { createHook } from 'node:async_hooks';

/**
 * Hold one of the objects that `process.nextTick` makes, for as long as the process lives. V8's collector takes a hidden
 * class of which no object is left, and does so whenever it runs while no tick waits; it never again optimizes the place in
 * Node that makes ticks then, and every request costs a quarter more, for good. Returns what is held.
 */
export function holdTick(): object {
  let held = {};
  // Not with promises, which V8 would run more slowly for ever after.
  const hook = createHook({
    trackPromises: false,
    init: (_id, _type, _trigger, tick) => {
      held = tick;
    },
  });
  hook.enable();
  process.nextTick(() => {});
  hook.disable();
  // Whoever waits for the exit is held until then.
  process.once('exit', () => held);
  return held;
}
