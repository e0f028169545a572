import type { Key } from '../../../store/store.ts';
import type { Command } from '../client.ts';
import type { Touched } from './tracked.ts';

/** The keys that a command reads and those that it may change; a script may do both with its keys. */
export function touchedBy({ name, write }: Command, keys: readonly Key[]): Touched {
  const isScript = name.startsWith('eval') || name.startsWith('fcall');
  const reads = name !== 'watch' && (!write || isScript);
  return { read: reads ? keys : [], written: write ? keys : [] };
}
