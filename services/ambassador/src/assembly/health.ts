import type { Health } from '@podkit/chassis/http/health';
import { Gauge, type Registry } from 'prom-client';
import type { Engine } from '../routing/engine.ts';
import type { ConfiguredStores } from './generation.ts';

/**
 * A readiness check per store. A store that does not answer makes the service unready, or only degraded if the store is
 * not required.
 */
export function watchStores(engine: Engine<ConfiguredStores>, health: Health, registry: Registry): void {
  const up = new Gauge({
    name: 'podkit_ambassador_store_up',
    help: 'Whether the store answered when readiness was last asked for: 1 yes, 0 no.',
    labelNames: ['store', 'required'],
    registers: [registry],
  });
  let names: readonly string[] = [];
  const refresh = () => {
    for (const name of names) health.remove('readyz', `store-${name}`);
    up.reset();
    names = engine.storeNames();
    for (const name of names) {
      const required = isRequired(engine, name);
      const labels = { store: name, required: String(required) };
      const check = async () => {
        try {
          await pingStore(engine, name);
          up.set(labels, 1);
        } catch (error) {
          up.set(labels, 0);
          throw error;
        }
      };
      health.add('readyz', `store-${name}`, check, { required });
    }
  };
  refresh();
  engine.onReload(refresh);
}

/** A route answers when all required stores behind it answer. */
export async function pingStore(engine: Engine<ConfiguredStores>, name: string): Promise<void> {
  const spec = engine.generation.file.stores[name];
  if (spec?.driver !== 'route') return engine.store(name)?.ping();
  const needed = new Set(spec.rules.map(({ store }) => store).filter((store) => isRequired(engine, store)));
  await Promise.all([...needed].map((store) => pingStore(engine, store)));
}

export const isRequired = (engine: Engine<ConfiguredStores>, name: string): boolean =>
  engine.generation.file.stores[name]?.required !== false;
