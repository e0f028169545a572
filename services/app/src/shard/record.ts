import { type Static, Type } from 'typebox';

/** A key's latest state. One that was deleted stays as a tombstone, so that an older copy elsewhere can't bring it back. */
export const recordSchema = Type.Object(
  {
    key: Type.String({ minLength: 1, maxLength: 512 }),
    /** Grows with each write of the key; the higher one is the newer. */
    version: Type.Integer({ minimum: 1 }),
    /** Base64 of the value; left out for a tombstone. */
    value: Type.Optional(Type.String()),
    type: Type.Optional(Type.String({ maxLength: 200 })),
  },
  { additionalProperties: false },
);

export type ShardRecord = Static<typeof recordSchema>;

export const isTombstone = (record: ShardRecord): boolean => record.value === undefined;

/** Bytes that a record counts for. */
export const sizeOf = (record: ShardRecord): number => record.key.length + (record.value?.length ?? 0);
