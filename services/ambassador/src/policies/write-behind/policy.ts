import { Type } from 'typebox';
import { size, strict } from '../../schema/quantities.ts';
import { definePolicy, opaque } from '../policy.ts';
import { WriteBehind } from './write-behind.ts';
import { writeBehindStore } from './write-behind-store.ts';

export const writeBehindPolicy = definePolicy({
  schema: strict(
    {
      journal: Type.String({ description: 'Folder for the journal; it must survive restarts.' }),
      maxEntries: Type.Integer({
        default: 100_000,
        minimum: 1,
        description: 'Maximum number of keys waiting; beyond it writes are refused.',
      }),
      maxBytes: size({ default: '64Mi', description: 'Maximum bytes waiting; beyond it writes are refused.' }),
      sync: Type.Boolean({
        default: true,
        description: 'Whether a write is on disk (fsync) before it is acknowledged.',
      }),
      batch: Type.Integer({ default: 100, minimum: 1, description: 'Maximum number of writes sent at once.' }),
    },
    { description: 'Acknowledge a write once it is in the journal; send it on afterwards.' },
  ),
  build: ({ journal, ...limits }, { name, inner, context }) => {
    const warn = (message: string) => context.warn(`store ${name}: ${message}`);
    const lease = () => context.leases.take(journal);
    const queue = new WriteBehind(inner.store, { ...limits, folder: journal, warn, lease });
    context.metrics.gauge(name, 'write_behind_entries', () => queue.pending.size);
    context.metrics.gauge(name, 'write_behind_bytes', () => queue.pending.bytes);
    return opaque(writeBehindStore(inner.store, queue));
  },
});
