import { type DestinationStream, symbols } from 'pino';
import type { Logger } from './log.ts';

export type AnsweredRequest = { method: string; path: string; route: string; status: number; milliseconds: number };

/**
 * What logs the answered requests of one route: the line that pino would write, put together by hand, since pino's general
 * way costs more than the rest of the request. Nothing is redacted: its fields can hold no secret. It follows the level
 * of `log` as it is at that moment.
 */
export function requestLine(
  log: Logger,
  level: 'info' | 'debug',
  route: string,
): (request: Omit<AnsweredRequest, 'route'>) => void {
  const bindings = JSON.stringify(log.bindings()).slice(1, -1);
  const facts = bindings === '' ? '' : `,${bindings}`;
  const routeField = `"route":${JSON.stringify(route)}`;
  // pino documents the symbol, but its types do not say what stands there.
  const stream = (log as unknown as Record<typeof symbols.streamSym, DestinationStream>)[symbols.streamSym];
  const time = isoClock();
  return ({ method, path, status, milliseconds }) => {
    if (!log.isLevelEnabled(level)) return;
    const request = `"method":"${method}","path":${JSON.stringify(path)},${routeField}`;
    const answer = `"status":${status},"milliseconds":${milliseconds},"msg":"request"`;
    stream.write(`{"level":"${level}","time":"${time()}"${facts},${request},${answer}}\n`);
  };
}

/** The time in ISO 8601, written anew once per millisecond. */
function isoClock(): () => string {
  let [at, text] = [0, ''];
  return () => {
    const now = Date.now();
    if (now !== at) [at, text] = [now, new Date(now).toISOString()];
    return text;
  };
}
