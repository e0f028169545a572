import type { Key } from '../../../store/store.ts';
import type { Command } from '../client.ts';
import type { Touched } from './tracked.ts';

/** What a command reads and may change; a script may read the keys that it may change. */
export function touchedBy({ name, write }: Command, keys: readonly Key[]): Touched {
  const isScript = name.startsWith('eval') || name.startsWith('fcall');
  const reads = name !== 'watch' && (!write || isScript);
  return { read: reads ? keys : [], written: write ? keys : [] };
}
