import { getHeapStatistics } from 'node:v8';
import underPressure from '@fastify/under-pressure';
import type { Server } from '@podkit/chassis/http/server';
import type { FastifyReply } from 'fastify';

export type OverloadLimits = {
  /** Number of requests in flight; 0: no limit. */
  maxInFlight: number;
  /** Milliseconds of mean event-loop delay over one sample; 0: no limit. */
  maxEventLoopDelay: number;
  /** Share of the heap limit; 0: no limit. */
  maxHeap: number;
};

export type OverloadState = {
  shedding: boolean;
  reasons: string[];
  inFlight: number;
  eventLoopDelayMs: number;
  heapUsedRatio: number;
  shedTotal: number;
};

const samplePeriod = 500;
const heapLimit = getHeapStatistics().heap_size_limit;

/**
 * Refuses requests beyond what the process can handle, so that the others succeed. @fastify/under-pressure
 * watches event loop and heap; it does not count requests in flight, so they are counted here.
 */
export class Overload {
  readonly #limits: OverloadLimits;
  #server: Server | undefined;
  #inFlight = 0;
  #shed = 0;
  #since: number | undefined;

  constructor(limits: OverloadLimits) {
    this.#limits = limits;
  }

  /** Refuse requests to this server while event loop or heap exceed their limit. */
  watch(server: Server): void {
    const { maxEventLoopDelay, maxHeap } = this.#limits;
    void server.register(underPressure, {
      sampleInterval: samplePeriod,
      maxEventLoopDelay,
      maxHeapUsedBytes: maxHeap * heapLimit,
      pressureHandler: (_request, reply) => this.#refuse(reply),
    });
    server.addHook('onReady', (done) => {
      this.#server = server;
      done();
    });
  }

  /** Count a new request. False if it was refused; then it does not count. */
  admit(reply: FastifyReply): boolean {
    const { maxInFlight } = this.#limits;
    if (maxInFlight > 0 && this.#inFlight >= maxInFlight) {
      this.#refuse(reply);
      return false;
    }
    this.#inFlight += 1;
    return true;
  }

  release(): void {
    this.#inFlight -= 1;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Milliseconds since event loop or heap exceeded their limit, as each call of this method saw; 0 if they do not. */
  pressedFor(): number {
    if (this.#server?.isUnderPressure() !== true) this.#since = undefined;
    else this.#since ??= performance.now();
    return this.#since === undefined ? 0 : performance.now() - this.#since;
  }

  get state(): OverloadState {
    const { maxInFlight, maxEventLoopDelay, maxHeap } = this.#limits;
    const { eventLoopDelay = 0, heapUsed = 0 } = this.#server?.memoryUsage() ?? {};
    // Infinite if the loop was blocked for a whole sample.
    const eventLoopDelayMs = Math.round(Math.min(eventLoopDelay, 60_000) * 10) / 10;
    const heapUsedRatio = Math.round((heapUsed / heapLimit) * 1000) / 1000;
    const reasons = [
      ...(maxEventLoopDelay > 0 && eventLoopDelay > maxEventLoopDelay
        ? [`event loop ${eventLoopDelayMs} ms late`]
        : []),
      ...(maxHeap > 0 && heapUsedRatio > maxHeap ? [`heap ${Math.round(heapUsedRatio * 100)} % full`] : []),
      ...(maxInFlight > 0 && this.#inFlight >= maxInFlight ? [`${maxInFlight} requests in flight`] : []),
    ];
    return {
      shedding: reasons.length > 0,
      reasons,
      inFlight: this.#inFlight,
      eventLoopDelayMs,
      heapUsedRatio,
      shedTotal: this.#shed,
    };
  }

  #refuse(reply: FastifyReply): void {
    this.#shed += 1;
    const message = `overloaded (${this.state.reasons.join(', ')}); retry later`;
    void reply.code(503).header('retry-after', '1').send({ code: 'ERR_OVERLOADED', message });
  }
}
