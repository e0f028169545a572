import { setTimeout as sleep } from 'node:timers/promises';
import { backoff } from '@podkit/chassis/process/backoff';
import type { ForwardCounts } from './counts.ts';
import type { HttpSink } from './http-sink.ts';
import type { Batch, Spool } from './spool.ts';

export type SenderOptions = {
  spool: Spool;
  sink: Pick<HttpSink, 'send'>;
  /** Prefix that makes the keys of batches unique among senders. */
  id: string;
  retryMin: number;
  retryMax: number;
  counts: ForwardCounts;
  onFailure: (reason: string) => void;
  onReject: (batch: Batch, reason: string) => void;
};

/** Sends the batches of a spool in order, each until it is delivered or permanently refused. */
export class Sender {
  readonly #options: SenderOptions;
  readonly #stopped = new AbortController();
  #wake: (() => void) | undefined;
  #failures = 0;
  #ended: Promise<void> | undefined;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  start(): void {
    this.#ended ??= this.#run();
  }

  /** Call when there is a new batch. */
  wake(): void {
    this.#wake?.();
  }

  /** Send for at most `timeout` milliseconds, or until a failure. The rest stays on disk. */
  async stop(timeout: number): Promise<void> {
    const end = performance.now() + timeout;
    while (this.#options.spool.batches > 0 && this.#failures === 0 && performance.now() < end) await sleep(10);
    this.#stopped.abort();
    this.#wake?.();
    await this.#ended;
  }

  async #run(): Promise<void> {
    const { spool } = this.#options;
    while (!this.#stopped.signal.aborted) {
      const batch = spool.take();
      if (batch === undefined) await new Promise<void>((resolve) => (this.#wake = resolve));
      else await this.#send(batch);
    }
  }

  async #send(batch: Batch): Promise<void> {
    const { spool, sink, id, counts, onReject, onFailure, retryMin, retryMax } = this.#options;
    const result = await sink.send(await spool.read(batch), `${id}-${batch.sequence}`, this.#stopped.signal);
    if (result.outcome === 'failed') {
      spool.release();
      if (this.#stopped.signal.aborted) return;
      counts.failures += 1;
      this.#failures += 1;
      if (this.#failures === 1) onFailure(result.reason);
      const pause = backoff(this.#failures - 1, retryMin, retryMax);
      await sleep(Math.max(pause, Math.min(retryMax, result.retryAfter ?? 0)), undefined, {
        signal: this.#stopped.signal,
      }).catch(() => undefined);
      return;
    }
    this.#failures = 0;
    await spool.remove(batch);
    if (result.outcome === 'sent') {
      counts.sent += batch.lines;
    } else {
      counts.rejected += batch.lines;
      onReject(batch, result.reason);
    }
  }
}
