import { badCursor } from './store-error.ts';

/**
 * Where a page of a query ended: the next page begins behind it, whatever was written or deleted since. An offset would
 * leave out entries as soon as some of the page before are deleted.
 */
export type QueryPosition = {
  /** The JSON text of each sort value of the last entry; null where its path leads nowhere. */
  sorted: readonly (string | null)[];
  /** The key of the last entry, as the driver compares it. */
  key: string;
  /** True among the values that the backend cannot read as JSON itself; they come after the others. */
  rest: boolean;
};

/** The position as the opaque text that callers send back. */
export const encodePosition = ({ sorted, key, rest }: QueryPosition): string =>
  Buffer.from(JSON.stringify([rest, key, ...sorted])).toString('base64url');

/**
 * The position of a cursor; undefined for the first page.
 *
 * @throws {StoreError} ERR_CURSOR for anything that `encodePosition` did not make for a query with as many sort keys
 */
export function decodePosition(cursor: string | undefined, sortKeys: number): QueryPosition | undefined {
  if (cursor === undefined) return undefined;
  const parsed = parse(Buffer.from(cursor, 'base64url').toString());
  if (!Array.isArray(parsed)) throw badCursor();
  const [rest, key, ...sorted] = parsed as unknown[];
  const good = typeof rest === 'boolean' && typeof key === 'string' && !key.includes('\0');
  if (!good || sorted.length !== sortKeys || !sorted.every(isSortValue)) throw badCursor();
  return { rest, key, sorted };
}

const isSortValue = (value: unknown): value is string | null =>
  value === null || (typeof value === 'string' && parse(value) !== undefined);

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
