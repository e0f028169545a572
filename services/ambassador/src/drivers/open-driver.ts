import { parseBytes } from '@podkit/chassis/bytes';
import type { Spec, StoreSpec } from '../config/file-schema.ts';
import type { Built } from '../engine/built.ts';
import { MemoryStore } from './memory/memory-store.ts';
import { openPostgres } from './postgres/open.ts';

export type DriverSpec = Exclude<StoreSpec, Spec<'route'>>;

/** A backend by its part of the file. It connects when first asked, so a backend that is down does not matter here. */
export function openDriver(name: string, spec: DriverSpec): Built {
  switch (spec.driver) {
    case 'memory':
      return { store: new MemoryStore({ name, maxBytes: parseBytes(spec.maxBytes) }), raw: undefined };
    case 'postgresql':
      return { store: openPostgres(name, spec), raw: undefined };
    case 'redis':
      throw new Error('not yet');
  }
}
