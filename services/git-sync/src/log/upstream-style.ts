import { describeError } from '@podkit/chassis/errors';
import type { LogFormat } from '@podkit/chassis/log/logger';
import type { LogStyle } from '@podkit/chassis/process/service';
import type { Redactor } from './redactor.ts';

export type Fields = Record<string, unknown>;

/** Upstream's levels 1 to 9 have more and more detail; pino's levels fall with more detail. Upstream's 0 is `info`. */
const details = ['v1', 'v2', 'v3', 'v4', 'v5', 'v6', 'v7', 'v8', 'v9'] as const;
export type Detail = (typeof details)[number];
const infoLevel = 30;
const customLevels = Object.fromEntries(details.map((name, at) => [name, infoLevel - 1 - at])) as Record<
  Detail,
  number
>;

/** The name of one of upstream's levels, 0 to 9, as pino has it. */
export function levelName(level: number): Detail | 'info' {
  return level <= 0 ? 'info' : (details[level - 1] ?? 'v9');
}

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
