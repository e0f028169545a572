import type { Engine, RawRoute, RedisTarget } from '../../engine/engine.ts';
import { UpstreamPool } from '../upstream/pool.ts';
import { endpointOf } from '../upstream/sentinel.ts';

/** The connections to every Redis that frames are passed on to. */
export class Upstreams {
  readonly #pools = new Map<RedisTarget, UpstreamPool | undefined>();
  readonly #engine: Engine;
  readonly #size: number;
  readonly #onDelivered: () => void;
  readonly #stopListening: () => void;

  constructor(engine: Engine, size: number, onDelivered: () => void) {
    this.#engine = engine;
    this.#size = size;
    this.#onDelivered = onDelivered;
    this.#stopListening = engine.onReload(() => this.#retire());
  }

  /** The pool of a route; undefined where the Redis is not a single server. */
  of({ target }: RawRoute): UpstreamPool | undefined {
    const known = this.#pools.get(target);
    if (known !== undefined || this.#pools.has(target)) return known;
    const endpoint = endpointOf(target);
    const pool =
      endpoint === undefined
        ? undefined
        : new UpstreamPool({ endpoint, size: this.#size, onDelivered: this.#onDelivered });
    this.#pools.set(target, pool);
    return pool;
  }

  close(): void {
    this.#stopListening();
    for (const pool of this.#pools.values()) pool?.close();
  }

  /** After a reload: what no route leads to any more is closed when its last reply has come. */
  #retire(): void {
    const targets = new Set(this.#engine.routes().map(({ raw }) => raw?.target));
    for (const [target, pool] of this.#pools) {
      if (targets.has(target)) continue;
      this.#pools.delete(target);
      pool?.retire();
    }
  }
}
