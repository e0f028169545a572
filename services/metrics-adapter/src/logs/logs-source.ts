import type { Readable } from 'node:stream';
import { ConfigError } from '@podkit/chassis/config/config';
import { describeError } from '@podkit/chassis/errors';
import type { Logger } from '@podkit/chassis/log/logger';
import type { SelfMetric } from '../self-metric.ts';
import type { SeriesSink } from '../sink.ts';
import type { Source } from '../source.ts';
import { reportFiles } from '../tail/file-reports.ts';
import { LineReader } from '../tail/line-reader.ts';
import type { TailMemory } from '../tail/tail-memory.ts';
import type { LogsConfig } from './config.ts';
import { LogCounts } from './counts.ts';
import { LineProcessor } from './line-processor.ts';
import { logMetrics } from './self-metrics.ts';

export type LogsOptions = {
  config: LogsConfig;
  sink: SeriesSink;
  log: Logger;
  stdin: Readable;
  /** The positions of an earlier source of this name. Without them files are read from `from`. */
  memory: TailMemory;
};

/** Follows log files and makes metrics from their lines. */
export class LogsSource implements Source {
  readonly name: string;
  readonly #options: LogsOptions;
  readonly #counts = new LogCounts();
  readonly #processor: LineProcessor;
  #reader: LineReader;

  /** @throws {ConfigError} with a line per error */
  constructor(options: LogsOptions) {
    const { config, sink } = options;
    this.name = config.name;
    this.#options = options;
    this.#processor = new LineProcessor(config, { sink, counts: this.#counts });
    if (config.files.length === 0 && !config.stdin)
      throw new ConfigError([`logs ${config.name}: files: is empty, and stdin is off`]);
    try {
      this.#reader = this.#newReader();
    } catch (error) {
      throw new ConfigError([`logs ${config.name}: ${describeError(error)}`]);
    }
  }

  async start(): Promise<void> {
    this.#reader = this.#newReader();
    await this.#reader.start();
  }

  async stop(): Promise<void> {
    // A last line without a newline is left for the next reader, which gets it complete.
    await this.#reader.stop({ flush: false });
    const { positions, unfinished } = this.#reader;
    this.#options.memory.keep(this.name, { positions, unfinished });
  }

  #newReader(): LineReader {
    const { config, log, stdin, memory } = this.#options;
    const processor = this.#processor;
    const counts = this.#counts;
    const report = reportFiles({ kind: 'logs', source: config.name, log, counts });
    return new LineReader({
      config,
      stdin,
      slots: memory.slots,
      ...memory.recall(config.name),
      onLine: (line, origin) => processor.line(line, origin),
      onMalformed: () => processor.malformed(),
      onFirstLine: (line, origin) => processor.firstLine(line, origin),
      onEvent: (event, path) => {
        counts.events.add(event);
        report.onEvent(event, path);
      },
      onError: report.onError,
    });
  }

  async selfMetrics(): Promise<SelfMetric[]> {
    return logMetrics(this.name, this.#counts, this.#reader.files.length);
  }
}
