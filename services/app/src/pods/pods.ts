import { describeError } from '@podkit/chassis/errors';
import type { Life } from './lives.ts';
import type { Address, Members } from './members.ts';
import type { PodClient } from './pod-client.ts';
import type { Member, PodDetails, PodFacts } from './pod-facts.ts';
import type { PodStore } from './pod-store.ts';

export type PodsOptions = {
  self: { ordinal: number; name: string; claim: string | undefined; adminPort: number; startedAt: number };
  members: Members;
  /** Undefined if the service has one Pod. */
  client: PodClient | undefined;
  /** Undefined if the Pod has no volume. */
  store: PodStore | undefined;
  readiness: () => { ready: boolean; state: string };
};

/** Milliseconds for which all callers get the same list. */
const listLifetime = 1000;
/** Maximum number of Pods that are asked at the same time. */
const maxConcurrent = 16;

/** The Pods of the service, and the facts of each. */
export class Pods {
  readonly ordinal: number;
  readonly members: Members;
  readonly client: PodClient | undefined;
  readonly store: PodStore | undefined;
  readonly #options: PodsOptions;
  readonly #adminPorts = new Map<number, number>();
  #list: { at: number; members: Promise<Member[]> } | undefined;

  constructor(options: PodsOptions) {
    this.ordinal = options.self.ordinal;
    this.members = options.members;
    this.client = options.client;
    this.store = options.store;
    this.#options = options;
  }

  /** The lives of this Pod on its volume, oldest first, this one last. */
  get lives(): Life[] {
    return this.store?.lives.all() ?? [];
  }

  facts(): PodFacts {
    const { self, readiness, store } = this.#options;
    const { ordinal, name, claim, adminPort, startedAt } = self;
    const facts = { ordinal, name, ...readiness(), startedAt, adminPort, ...(claim === undefined ? {} : { claim }) };
    if (store === undefined) return facts;
    const firstStartAt = store.lives.first ?? startedAt;
    return { ...facts, starts: store.lives.starts, firstStartAt, keys: store.keys };
  }

  details(): PodDetails {
    const { adminPort: _, ...facts } = this.facts();
    if (this.store === undefined) return facts;
    return { ...facts, lives: this.lives.map(({ node: _node, ...life }) => life) };
  }

  /** Every member with its facts. The others are asked at most once a second. */
  async list(): Promise<Member[]> {
    if (this.#list === undefined || performance.now() - this.#list.at > listLifetime)
      this.#list = { at: performance.now(), members: this.#askAll() };
    return this.#list.members;
  }

  /** The base URL of a Pod's admin port; undefined if it is not known. Rejects while DNS has no address for the Pod. */
  async adminUrl(ordinal: number): Promise<string | undefined> {
    const address = ordinal === this.ordinal ? undefined : await this.members.find(ordinal);
    if (address === undefined || typeof address === 'string') return undefined;
    if (!this.#adminPorts.has(ordinal)) await this.#ask(address);
    const port = this.#adminPorts.get(ordinal);
    return port === undefined ? undefined : `http://${await this.members.resolve(address.host)}:${port}`;
  }

  async #askAll(): Promise<Member[]> {
    const { adminPort: _, ...own } = this.facts();
    const members: Member[] = [{ ...own, self: true }];
    const waiting = await this.members.others();
    const askNext = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) members.push(await this.#ask(next));
    };
    await Promise.all(Array.from({ length: maxConcurrent }, askNext));
    return members.toSorted((a, b) => a.ordinal - b.ordinal);
  }

  async #ask(address: Address): Promise<Member> {
    const { ordinal, host, port } = address;
    const where = { ordinal, name: host.split('.', 1)[0] ?? host, address: `${host}:${port}`, self: false };
    try {
      const facts = await this.client?.facts(address);
      const { adminPort, ...shown } = facts ?? {};
      if (adminPort !== undefined) this.#adminPorts.set(ordinal, adminPort);
      return { ready: false, ...shown, ...where };
    } catch (error) {
      return { ...where, ready: false, detail: describeError(error) };
    }
  }
}
