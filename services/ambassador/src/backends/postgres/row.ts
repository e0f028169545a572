import type { Entry } from '../../store/store.ts';

/** A row of the state table, as `entryColumns` and the key select it. */
export type Row = { key: string; value: Buffer; etag: string; expires: number | null };

export const toEntry = ({ value, etag, expires }: Row): Entry => ({ value, etag, expiresAt: expires ?? undefined });
