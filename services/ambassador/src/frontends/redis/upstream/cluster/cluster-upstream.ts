import type { HostPort } from '../../../../store/raw-route.ts';
import type { ForwardingConnection } from '../forwarding-connection.ts';
import { UpstreamPool } from '../pool.ts';
import type { RedisServer } from '../redis-server.ts';
import type { ConnectionEvents, Upstream } from '../upstream.ts';
import { askSlots } from './ask-slots.ts';
import type { Redirect } from './redirect.ts';

export type ClusterOptions = {
  /** How to log in to a node; its address is replaced. */
  server: RedisServer;
  /** Where to begin. */
  seeds: readonly HostPort[];
  onDelivered: () => void;
};

const byAddress = (left: HostPort, right: HostPort) => left.host.localeCompare(right.host) || left.port - right.port;

const addressText = ({ host, port }: HostPort): string => `${host}:${port}`;

/**
 * A Redis Cluster: a pool per node, and which node has which slots. The map is requested at the beginning, and again
 * after each redirect and each lost node.
 */
export class ClusterUpstream implements Upstream {
  readonly #options: ClusterOptions;
  readonly #pools = new Map<string, UpstreamPool>();
  #masters: readonly HostPort[];
  #slots: (HostPort | undefined)[] = [];
  #turn = 0;
  #asking: Promise<void> | undefined;
  #closed = false;

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.#masters = options.seeds;
    void this.#learn();
  }

  connection(protocol: 2 | 3, slot?: number): ForwardingConnection {
    return this.#at(this.#chooseNode(slot)).connection(protocol);
  }

  dedicated(protocol: 2 | 3, events?: ConnectionEvents, slot?: number): ForwardingConnection {
    return this.#at(this.#chooseNode(slot)).dedicated(protocol, events);
  }

  /** Those of the configuration while the map is unknown. */
  async nodes(): Promise<readonly Upstream[]> {
    if (this.#slots.length === 0) await this.#learn();
    return this.#masters.toSorted(byAddress).map((node) => this.#at(node));
  }

  /** The pool of one node. */
  #at(node: HostPort): UpstreamPool {
    const name = addressText(node);
    let pool = this.#pools.get(name);
    if (pool === undefined) {
      const { onDelivered } = this.#options;
      const server = { ...this.#options.server, ...node };
      const onLost = () => {
        this.#turn += 1;
        void this.#learn();
      };
      pool = new UpstreamPool({ server, onDelivered, onLost });
      if (this.#closed) pool.close();
      this.#pools.set(name, pool);
    }
    return pool;
  }

  /** The pool for a request that was redirected. */
  follow({ kind, slot, at }: Redirect): UpstreamPool {
    if (kind === 'moved') {
      this.#slots[slot] = at;
      void this.#learn();
    }
    return this.#at(at);
  }

  retire(): void {
    this.#closed = true;
    for (const pool of this.#pools.values()) pool.retire();
  }

  close(): void {
    this.#closed = true;
    for (const pool of this.#pools.values()) pool.close();
  }

  /** Where the map has a hole, any node is used: it redirects to the right one. */
  #chooseNode(slot: number | undefined): HostPort {
    const known = slot === undefined ? undefined : this.#slots[slot];
    const all = this.#masters.length === 0 ? this.#options.seeds : this.#masters;
    return known ?? all[this.#turn % all.length] ?? { host: '', port: 0 };
  }

  /** Request the map, once at a time. If no node answers, the next redirect or loss requests it again. */
  #learn(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#asking ??= this.#ask()
      .catch(() => undefined)
      .finally(() => {
        this.#asking = undefined;
      });
    return this.#asking;
  }

  async #ask(): Promise<void> {
    const nodes = new Map([...this.#masters, ...this.#options.seeds].map((node) => [addressText(node), node]));
    const map = await askSlots([...nodes.values()].map((node) => ({ ...this.#options.server, ...node })));
    if (this.#closed) return;
    this.#slots = map.slots;
    this.#masters = map.masters;
    const kept = new Set(map.masters.map(addressText));
    for (const [name, pool] of this.#pools) {
      if (kept.has(name)) continue;
      this.#pools.delete(name);
      pool.retire();
    }
  }
}
