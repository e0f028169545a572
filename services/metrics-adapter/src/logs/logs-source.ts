import type { Readable } from 'node:stream';
import { ConfigError } from '@podkit/chassis/config';
import { messageOf } from '@podkit/chassis/errors';
import type { Logger } from '@podkit/chassis/log';
import type { SelfMetric } from '../self-metric.ts';
import type { SeriesSink } from '../sink.ts';
import type { Source } from '../source.ts';
import { LineReader } from '../tail/line-reader.ts';
import type { LogsConfig } from './config.ts';
import { LogCounts } from './counts.ts';
import { LineProcessor } from './line-processor.ts';
import { logMetrics } from './self-metrics.ts';

export type LogsOptions = { config: LogsConfig; sink: SeriesSink; log: Logger; stdin: Readable };

/** Follows log files and makes metrics from their lines. */
export class LogsSource implements Source {
  readonly name: string;
  readonly #counts = new LogCounts();
  readonly #reader: LineReader;

  /** @throws {ConfigError} with a line per fault */
  constructor({ config, sink, log, stdin }: LogsOptions) {
    this.name = config.name;
    const counts = this.#counts;
    const processor = new LineProcessor(config, { sink, counts });
    if (config.files.length === 0 && !config.stdin)
      throw new ConfigError([`logs ${config.name}: files: none, and stdin is off`]);
    try {
      this.#reader = new LineReader({
        config,
        stdin,
        onLine: (line, origin) => processor.line(line, origin),
        onFirstLine: (line, origin) => processor.firstLine(line, origin),
        onEvent: (event, path) => {
          counts.event(event);
          log.debug({ source: config.name, path, event }, `logs: ${path}: ${event}`);
        },
        onError: (error, path) => {
          counts.readErrors += 1;
          log.warn({ source: config.name, path, err: error }, `logs: ${path}: ${messageOf(error)}`);
        },
      });
    } catch (error) {
      throw new ConfigError([`logs ${config.name}: ${messageOf(error)}`]);
    }
  }

  async start(): Promise<void> {
    await this.#reader.start();
  }

  async stop(): Promise<void> {
    await this.#reader.stop();
  }

  async selfMetrics(): Promise<SelfMetric[]> {
    return logMetrics(this.name, this.#counts, this.#reader.files.length);
  }
}
