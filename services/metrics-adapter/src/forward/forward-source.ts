import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError } from '@podkit/chassis/config/config';
import { describeError } from '@podkit/chassis/errors';
import type { Logger } from '@podkit/chassis/log/logger';
import type { SelfMetric } from '../self-metric.ts';
import type { Source } from '../source.ts';
import { reportFiles } from '../tail/file-reports.ts';
import { LineReader } from '../tail/line-reader.ts';
import type { FilePosition, LineOrigin, Mark } from '../tail/open-file.ts';
import type { TailMemory } from '../tail/tail-memory.ts';
import { Batcher, type OpenBatch } from './batcher.ts';
import type { ForwardConfig } from './config.ts';
import { ForwardCounts, forwardMetrics } from './counts.ts';
import type { HttpSink } from './http-sink.ts';
import { formatRecord } from './record.ts';
import { Sender } from './sender.ts';
import { Spool } from './spool.ts';

export type ForwardOptions = {
  config: ForwardConfig;
  log: Logger;
  stdin: Readable;
  stdout: Writable;
  /** The positions of an earlier source of this name, for one without a directory. */
  memory: TailMemory;
};

/** Milliseconds that `stop` waits for batches to be delivered. The rest stays on disk. */
const stopTimeout = 3000;

/** Follows log files and forwards their lines as JSON, to standard output or in batches over HTTP. */
export class ForwardSource implements Source {
  readonly name: string;
  readonly #options: ForwardOptions;
  readonly #counts = new ForwardCounts();
  #reader: LineReader;
  #spool: Spool | undefined;
  #sender: Sender | undefined;
  #sink: HttpSink | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #batcher: Batcher;
  #flushing: Promise<void> = Promise.resolve();
  #stopping = false;

  /** @throws {ConfigError} with a line per error */
  constructor(options: ForwardOptions) {
    const { name, files, stdin, url, directory } = options.config;
    this.name = name;
    this.#options = options;
    this.#batcher = new Batcher(options.config);
    if (files.length === 0 && !stdin) throw new ConfigError([`forward ${name}: files: is empty, and stdin is off`]);
    if (url !== undefined && directory === undefined)
      throw new ConfigError([`forward ${name}: directory: needed with url, to keep unsent batches`]);
    try {
      this.#reader = this.#newReader([]);
    } catch (error) {
      throw new ConfigError([`forward ${name}: ${describeError(error)}`]);
    }
  }

  /** @throws {PodkitError} ERR_SPOOL if the directory can't be used */
  async start(): Promise<void> {
    const { directory, maxBufferBytes, flushInterval } = this.#options.config;
    this.#stopping = false;
    this.#reader = this.#newReader(this.#options.memory.recall(this.name).positions);
    if (directory !== undefined) {
      const onDrop = ({ lines }: { lines: number }) => {
        this.#counts.dropped += lines;
        this.#warn(`the buffer is full; ${lines} lines were dropped`);
      };
      this.#spool = await Spool.open({ directory, maxBytes: maxBufferBytes, onDrop });
      this.#reader = this.#newReader(this.#spool.positions);
      await this.#startSender(this.#spool);
    }
    this.#timer = setInterval(() => void this.#flush(), flushInterval);
    await this.#reader.start();
  }

  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    clearInterval(this.#timer);
    // A last line without a newline is left for the next reader, which gets it complete.
    await this.#reader.stop({ flush: this.#spool === undefined });
    this.#options.memory.keep(this.name, { positions: this.#reader.positions, unfinished: new Map() });
    await this.#flush();
    await this.#sender?.stop(stopTimeout);
    await this.#sink?.close();
  }

  async selfMetrics(): Promise<SelfMetric[]> {
    return forwardMetrics(this.name, this.#counts, {
      files: this.#reader.files.length,
      bufferedBytes: this.#spool?.bytes ?? 0,
      bufferedBatches: this.#spool?.batches ?? 0,
    });
  }

  #newReader(positions: readonly FilePosition[]): LineReader {
    const { config, stdin, log, memory } = this.#options;
    return new LineReader({
      ...reportFiles({ kind: 'forward', source: this.name, log, counts: this.#counts }),
      config,
      stdin,
      slots: memory.slots,
      positions,
      marks: true,
      onLine: (line, origin, mark) => this.#line(line, origin, mark),
      onMalformed: (line, origin, mark) => this.#line(line, origin, mark),
      onPause: () => this.#pause(),
    });
  }

  async #startSender(spool: Spool): Promise<void> {
    const { url, headers, headerFiles, gzip, timeout, retryMin, retryMax } = this.#options.config;
    if (url === undefined) return;
    const { HttpSink } = await import('./http-sink.ts');
    this.#sink = new HttpSink({ url, headers, headerFiles, gzip, timeout });
    this.#sender = new Sender({
      spool,
      sink: this.#sink,
      id: this.name,
      retryMin,
      retryMax,
      counts: this.#counts,
      onFailure: (reason) => this.#warn(`cannot send; trying again: ${reason}`),
      onReject: ({ lines }, reason) => this.#warn(`${lines} lines were refused and dropped: ${reason}`),
    });
    this.#sender.start();
  }

  #line(line: string, { kubernetes }: LineOrigin, mark: Mark | undefined): void {
    const { name, format, fields, url } = this.#options.config;
    const path = mark?.path ?? '-';
    const record = formatRecord(line, { path, readAt: new Date(), kubernetes }, { source: name, format, fields });
    const position = mark?.position && { ...mark.position, path };
    this.#counts.lines += 1;
    if (url !== undefined) return this.#batcher.add(record, position);
    this.#options.stdout.write(`${record}\n`);
    this.#counts.sent += 1;
    return this.#batcher.add(undefined, position);
  }

  /** Resolves once the lines so far are written or on disk. Reading waits for it, so memory is bounded. */
  async #pause(): Promise<void> {
    const { stdout } = this.#options;
    if (this.#batcher.full) await this.#flush();
    if (stdout.writableNeedDrain) await new Promise<void>((resolve) => stdout.once('drain', () => resolve()));
  }

  #flush(): Promise<void> {
    this.#flushing = this.#flushAfter(this.#flushing);
    return this.#flushing;
  }

  async #flushAfter(earlier: Promise<void>): Promise<void> {
    await earlier;
    for (const batch of this.#batcher.takeAll()) if (this.#spool !== undefined) await this.#keep(this.#spool, batch);
  }

  /** Write a batch to disk, and repeat until that succeeds. Meanwhile reading waits. */
  async #keep(spool: Spool, { records, positions }: OpenBatch): Promise<void> {
    for (;;) {
      try {
        if (records.length === 0) return await spool.advance([...positions.values()]);
        await spool.append(records, [...positions.values()]);
        return this.#sender?.wake();
      } catch (error) {
        this.#warn(`cannot write to the buffer; trying again: ${describeError(error)}`);
        if (this.#stopping) return;
        await sleep(this.#options.config.retryMin);
      }
    }
  }

  #warn(message: string): void {
    this.#options.log.warn({ source: this.name }, `forward: ${message}`);
  }
}
