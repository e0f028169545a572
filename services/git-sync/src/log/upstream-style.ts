import { describeError } from '@podkit/chassis/errors';
import type { LogFormat } from '@podkit/chassis/log/logger';
import type { LogStyle } from '@podkit/chassis/process/service';
import { type Detail, details, type Fields } from './log.ts';
import type { Redactor } from './redactor.ts';

/** pino's levels fall with more detail. */
const infoLevel = 30;
const customLevels = Object.fromEntries(details.map((name, at) => [name, infoLevel - 1 - at])) as Record<
  Detail,
  number
>;

/** Lines as upstream writes them, on standard error, without secrets. */
export function upstreamStyle(redactor: Redactor): LogStyle {
  const format: LogFormat = {
    customLevels,
    timestamp: () => `,"ts":"${new Date().toISOString().replace('T', ' ').replace('Z', '000')}"`,
    formatters: {
      // Upstream's errors have no level.
      level: (label, number) => (number > infoLevel ? { severity: label } : { level: infoLevel - number }),
      log: (line) => redactor.redactAll(withErrorText({ logger: '', ...line })) as Fields,
    },
    hooks: {
      logMethod(args, method) {
        const clean = args.map((arg: unknown) => (typeof arg === 'string' ? redactor.redact(arg) : arg));
        method.apply(this, clean as typeof args);
      },
    },
  };
  return { descriptor: 2, format };
}

/** Fastify and the chassis log errors as `err`. */
function withErrorText({ err, ...line }: Fields): Fields {
  return err === undefined ? line : { error: describeError(err), ...line };
}
