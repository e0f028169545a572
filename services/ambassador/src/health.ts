import type { Health } from '@podkit/chassis/health';
import type { Engine } from './engine/engine.ts';

/** A readiness check per store; one that does not answer makes the service unready until it does. */
export function watchStores(engine: Engine, health: Health): void {
  let names: readonly string[] = [];
  const refresh = () => {
    for (const name of names) health.remove('readyz', `store-${name}`);
    names = engine.storeNames();
    for (const name of names)
      health.add('readyz', `store-${name}`, async (signal) => {
        await engine.store(name)?.ping(signal);
      });
  };
  refresh();
  engine.onReload(refresh);
}
