import { type DestinationStream, symbols } from 'pino';
import type { Logger } from './logger.ts';

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
  const head = oncePerMillisecond((time) =>
    [`{"level":"`, level, '","time":"', time, '"', facts, ',"method":"'].join(''),
  );
  const middle = `,"route":${JSON.stringify(route)},"status":`;
  // pino documents the symbol, but its types do not say what stands there.
  const stream = (log as unknown as Record<typeof symbols.streamSym, DestinationStream>)[symbols.streamSym];
  return ({ method, path, status, milliseconds }) => {
    if (!log.isLevelEnabled(level)) return;
    const request = `${head()}${method}","path":${JSON.stringify(path)}${middle}`;
    stream.write(`${request}${status},"milliseconds":${milliseconds},"msg":"request"}\n`);
  };
}

/** What is made of the time in ISO 8601, made anew when the millisecond is another. */
function oncePerMillisecond(make: (time: string) => string): () => string {
  let [at, text] = [0, ''];
  return () => {
    const now = Date.now();
    if (now !== at) [at, text] = [now, make(new Date(now).toISOString())];
    return text;
  };
}
