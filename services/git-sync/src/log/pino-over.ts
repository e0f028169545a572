import { createLogger, type Logger } from '@podkit/chassis/log';
import type { Log } from './log.ts';

/** The logger that podkit's HTTP server wants, whose lines come out in git-sync's shape, redacted. */
export function pinoOver(log: Log, { service, version }: { service: string; version: string }): Logger {
  const write = (line: string) => {
    const { level, msg, time: _time, service: _service, version: _version, err, ...fields } = JSON.parse(line);
    if (level === 'error' || level === 'fatal') log.error(new Error(err?.message ?? msg), msg, fields);
    else log.info(level === 'info' || level === 'warn' ? 1 : 9, msg ?? '', fields);
  };
  return createLogger({ service, version, level: 'info' }, { write });
}
