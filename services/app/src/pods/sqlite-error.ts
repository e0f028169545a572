import { utimesSync } from 'node:fs';
import { getErrorCode, PodkitError } from '@podkit/chassis/errors';

/** Primary result codes of SQLite: https://www.sqlite.org/rescode.html */
const sqlite = { busy: 5, readOnly: 8, ioError: 10, corrupt: 11, full: 13, cannotOpen: 14, notADatabase: 26 } as const;

/** Convert an error of SQLite to a PodkitError; other errors are returned unchanged. */
export function convertError(cause: unknown, path: string): unknown {
  const code = resultCode(cause);
  if (code === undefined) return cause;
  if (code === sqlite.corrupt || code === sqlite.notADatabase)
    return new PodkitError('ERR_DATA_DAMAGED', `${path} is damaged; restore it or move it away`, { cause });
  if (code === sqlite.full)
    return new PodkitError('ERR_DATA_FULL', 'the volume is full, or the database has reached APP_DATA_LIMIT', {
      cause,
    });
  if (code === sqlite.readOnly || (code === sqlite.ioError && isReadOnly(path)))
    return new PodkitError('ERR_DATA_READ_ONLY', `${path} is read-only; nothing can be written`, { cause });
  if (code === sqlite.busy) return new PodkitError('ERR_DATA', `${path} is in use by another process`, { cause });
  if (code === sqlite.ioError || code === sqlite.cannotOpen)
    return new PodkitError('ERR_DATA', `${path} can't be read or written`, { cause });
  return cause;
}

/** SQLite does not say why a write failed. Setting the file's times is a small write that changes nothing else. */
function isReadOnly(path: string): boolean {
  const now = new Date();
  try {
    utimesSync(path, now, now);
    return false;
  } catch (error) {
    return getErrorCode(error) === 'EROFS';
  }
}

/** The primary code is the lowest byte of an extended one. */
function resultCode(error: unknown): number | undefined {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
  return typeof code === 'number' ? code & 0xff : undefined;
}
