import { describeError } from '@podkit/chassis/errors';
import type { Logger } from '@podkit/chassis/log/logger';
import type { LineReaderOptions } from './line-reader.ts';

export type FileReportOptions = { kind: string; source: string; log: Logger; counts: { readErrors: number } };

/** Maximum number of remembered errors. Files come and go, so the number of paths has no limit of its own. */
const maxPaths = 10_000;

/** Logs the events of a source's files, counts its errors, and logs an error of a path once until it changes. */
export function reportFiles({
  kind,
  source,
  log,
  counts,
}: FileReportOptions): Pick<LineReaderOptions, 'onEvent' | 'onError'> {
  const last = new Map<string, string>();
  return {
    onEvent: (event, path) => {
      last.delete(path);
      log.debug({ source, path, event }, `${kind}: ${path}: ${event}`);
    },
    onError: (error, path) => {
      counts.readErrors += 1;
      const message = describeError(error);
      if (last.get(path) === message) return;
      if (last.size >= maxPaths) last.clear();
      last.set(path, message);
      log.warn({ source, path, err: error }, `${path}: ${message}`);
    },
  };
}
