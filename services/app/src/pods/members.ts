import { isIPv6 } from 'node:net';
import { parseOrdinal } from '../identity.ts';
import { Throttle } from '../throttle.ts';
import type { PodStore } from './pod-store.ts';
import { noAddress, type PodResolver } from './srv-resolver.ts';

/** Where a Pod of the service listens. */
export type Address = { ordinal: number; host: string; port: number };

/**
 * Why there is no address. `unknown`: such a Pod was never seen. `unsure`: DNS does not answer now, or the ordinal lies
 * between known ones.
 */
export type Absence = 'unknown' | 'unsure';

export type MembersOptions = {
  self: number;
  /** SRV name of the headless service; undefined if there is one Pod. */
  service: string | undefined;
  resolver: PodResolver;
  /** Keeps the members across restarts. */
  store: Pick<PodStore, 'members' | 'rememberMember'> | undefined;
  /** Called when DNS does not answer. */
  onError: (error: unknown) => void;
};

/** Minimum time between two lookups, in milliseconds. */
const lookupInterval = 1000;

/**
 * The Pods of the service: those in DNS now, and those that were in DNS before, since a Pod that is away still has its
 * data.
 */
export class Members {
  readonly #options: MembersOptions;
  readonly #known = new Map<number, Address>();
  readonly #lookup = new Throttle(lookupInterval, () => this.#ask());
  #answered = false;

  constructor(options: MembersOptions) {
    this.#options = options;
    for (const member of options.store?.members() ?? []) this.#known.set(member.ordinal, member);
  }

  /** All but this Pod, by ordinal. */
  async others(): Promise<Address[]> {
    await this.refresh();
    return [...this.#known.values()]
      .filter(({ ordinal }) => ordinal !== this.#options.self)
      .toSorted((a, b) => a.ordinal - b.ordinal);
  }

  /**
   * The address of an ordinal. An ordinal that was never in DNS is `unknown`. It is `unsure` while DNS does not answer,
   * and if it lies between two known ones: a StatefulSet starts its Pods in order, so that Pod has existed.
   */
  async find(ordinal: number): Promise<Address | Absence> {
    await this.refresh();
    const known = this.#known.get(ordinal);
    if (known !== undefined) return known;
    const ordinals = [this.#options.self, ...this.#known.keys()];
    const isBetween = ordinal > Math.min(...ordinals) && ordinal < Math.max(...ordinals);
    return isBetween || !this.#answered ? 'unsure' : 'unknown';
  }

  /** Ask DNS, unless it was asked within the last second. Never throws: the known members stay. */
  async refresh(): Promise<void> {
    await this.#lookup.run();
  }

  async #ask(): Promise<void> {
    const { service, resolver, onError } = this.#options;
    this.#answered = service === undefined;
    if (service === undefined) return;
    try {
      const domain = service.split('.').slice(2).join('.');
      for (const { host, port } of await resolver.pods(service)) {
        const ordinal = findOrdinal(host, domain);
        if (ordinal !== undefined) this.#remember({ ordinal, host, port });
      }
      this.#answered = true;
    } catch (error) {
      onError(error);
    }
  }

  /** The address of a Pod by its stable name. Rejects if DNS has none. */
  resolve(host: string): Promise<string> {
    return new Promise((resolve, reject) => {
      // Without `all`, `address` is one text.
      this.#options.resolver.lookup(host, {}, (error, address) => {
        if (error !== null || typeof address !== 'string') reject(error ?? noAddress(host));
        else resolve(isIPv6(address) ? `[${address}]` : address);
      });
    });
  }

  #remember(member: Address): void {
    const known = this.#known.get(member.ordinal);
    if (known?.host === member.host && known.port === member.port) return;
    this.#known.set(member.ordinal, member);
    this.#options.store?.rememberMember(member);
  }
}

/** The ordinal in a Pod's stable name, `app-2.<domain>`. Other names have none, so that our token goes nowhere else. */
function findOrdinal(host: string, domain: string): number | undefined {
  const end = `.${domain}`;
  if (!host.toLowerCase().endsWith(end.toLowerCase())) return undefined;
  const name = host.slice(0, -end.length);
  return /^[a-z0-9-]+$/i.test(name) ? parseOrdinal(name) : undefined;
}
