import type { Engine } from '../../routing/engine.ts';
import type { RawRoute, RedisTarget } from '../../store/raw-route.ts';
import type { TurnQueue } from './turn-queue.ts';
import { ClusterUpstream } from './upstream/cluster/cluster-upstream.ts';
import { UpstreamPool } from './upstream/pool.ts';
import { toServer } from './upstream/sentinel.ts';
import type { Upstream } from './upstream/upstream.ts';

/** The connections to every Redis that frames are passed on to. */
export class Upstreams {
  readonly #pools = new Map<RedisTarget, Map<number | undefined, Upstream>>();
  readonly #engine: Engine;
  readonly #turns: TurnQueue;
  readonly #stopListening: () => void;

  constructor(engine: Engine, turns: TurnQueue) {
    this.#engine = engine;
    this.#turns = turns;
    this.#stopListening = engine.onReload(() => this.#retire());
  }

  /** The connections to the Redis of a route, in another database than the store's where one is named. */
  of({ target }: RawRoute, database: number | undefined): Upstream {
    let pools = this.#pools.get(target);
    if (pools === undefined) this.#pools.set(target, (pools = new Map()));
    let pool = pools.get(database);
    if (pool === undefined) {
      pool = this.#open(database === undefined ? target : { ...target, db: database });
      pools.set(database, pool);
    }
    return pool;
  }

  #open(target: RedisTarget): Upstream {
    const onDelivered = () => this.#turns.run();
    const { topology, ...rest } = target;
    if (topology.mode === 'cluster')
      return new ClusterUpstream({ onDelivered, server: { ...rest, host: '', port: 0, db: 0 }, seeds: topology.nodes });
    return new UpstreamPool({ onDelivered, server: toServer({ ...rest, topology }) });
  }

  close(): void {
    this.#stopListening();
    for (const pools of this.#pools.values()) for (const pool of pools.values()) pool.close();
  }

  /** After a reload, close what no route uses any more, once its last reply has come. */
  #retire(): void {
    const targets = new Set(this.#engine.routes().map(({ raw }) => raw?.target));
    for (const [target, pools] of this.#pools) {
      if (targets.has(target)) continue;
      this.#pools.delete(target);
      for (const pool of pools.values()) pool.retire();
    }
  }
}
