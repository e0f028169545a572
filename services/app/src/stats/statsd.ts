import type { HttpMetrics } from '@podkit/chassis/http/http-metrics';
import { StatsD } from 'hot-shots';

export type StatsdOptions = {
  host: string;
  port: number;
  /** Milliseconds between two packets. */
  period: number;
  /** Gauges, read for each packet. */
  gauges: () => Record<string, number>;
  onError: (error: unknown) => void;
};

/**
 * Sends StatsD with DogStatsD tags: a counter of requests, summed over the period, the timings of requests, and
 * gauges. It uses UDP, so a missing receiver costs nothing.
 */
export class StatsdEmitter {
  readonly #client: StatsD;
  readonly #gauges: () => Record<string, number>;
  readonly #timer: NodeJS.Timeout;

  constructor({ host, port, period, gauges, onError }: StatsdOptions) {
    this.#gauges = gauges;
    this.#client = new StatsD({
      host,
      port,
      prefix: 'app.',
      // Below the usual MTU of 1500, so that a packet is never split.
      maxBufferSize: 1432,
      bufferFlushInterval: period,
      aggregation: { flushInterval: period },
      errorHandler: onError,
    });
    this.#timer = setInterval(() => this.#sendGauges(), period);
    this.#timer.unref();
  }

  readonly observe: HttpMetrics['observe'] = (method, route, status, seconds) => {
    const tags = { method, route, status: String(status) };
    this.#client.increment('requests', 1, tags);
    this.#client.timing('request', seconds * 1000, tags);
  };

  /** Send what is pending, and stop. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#sendGauges();
    await new Promise<void>((resolve) => this.#client.close(() => resolve()));
  }

  #sendGauges(): void {
    for (const [name, value] of Object.entries(this.#gauges())) this.#client.gauge(name, value);
  }
}
