import { messageOf } from '@podkit/chassis/errors';
import type { HttpClient } from '../http-client.ts';
import { readPrometheusText, type Series } from './prometheus-text.ts';

export type ContainerState = 'ready' | 'unready' | 'unreachable';
export type Container = {
  name: string;
  state: ContainerState;
  /** When it came into this state, in milliseconds since the epoch. */
  since: number;
  milliseconds: number;
  status?: number;
  detail: string;
};

type Failed = { ok: false; at: number; error: string };
export type AdaptedMetrics = { ok: true; at: number; series: Series[] } | Failed;
export type DownwardFields = { ok: true; at: number; data: unknown } | Failed;

export type NeighbourUrls = {
  gitSync: string;
  ambassador: string;
  /** Base URLs: their probe is `/readyz`. */
  adapter: string;
  downward: string;
};

const timeout = 700;
const freshFor = 900;
const seriesLimit = 200;
/** More than this of a neighbour's JSON is not carried to every console. */
const downwardLimit = 512 * 1024;

/** What the other containers of the Pod say of themselves, asked over localhost when somebody wants to know. */
export class Neighbours {
  readonly #client: HttpClient;
  readonly #urls: NeighbourUrls;
  readonly #containers = new Map<string, Container>();
  #metrics: AdaptedMetrics = { ok: false, at: 0, error: 'not asked yet' };
  #downward: DownwardFields = { ok: false, at: 0, error: 'not asked yet' };
  #looked = 0;
  #looking: Promise<void> | undefined;

  constructor(client: HttpClient, urls: NeighbourUrls) {
    this.#client = client;
    this.#urls = urls;
  }

  get containers(): Container[] {
    return [...this.#containers.values()];
  }

  get metrics(): AdaptedMetrics {
    return this.#metrics;
  }

  get downward(): DownwardFields {
    return this.#downward;
  }

  /** Ask them all, unless that was done within the last second. However many want to know, they are asked once. */
  async look(): Promise<void> {
    if (performance.now() - this.#looked < freshFor && this.#looked > 0) return;
    this.#looking ??= this.#lookNow().finally(() => {
      this.#looked = performance.now();
      this.#looking = undefined;
    });
    await this.#looking;
  }

  async #lookNow(): Promise<void> {
    const { gitSync, ambassador, adapter, downward } = this.#urls;
    const probes = [
      ['git-sync', gitSync],
      ['ambassador', ambassador],
      ['metrics-adapter', `${trimmed(adapter)}/readyz`],
      ['downward-reader', `${trimmed(downward)}/readyz`],
    ] as const;
    const asked = probes.map(async ([name, url]) => this.#put(await this.#probe(name, url)));
    await Promise.all([...asked, this.#readMetrics(), this.#readDownward()]);
  }

  #put(seen: Omit<Container, 'since'>): void {
    const before = this.#containers.get(seen.name);
    const since = before?.state === seen.state ? before.since : Date.now();
    this.#containers.set(seen.name, { ...seen, since });
  }

  async #probe(name: string, url: string): Promise<Omit<Container, 'since'>> {
    const began = performance.now();
    const took = () => Math.round((performance.now() - began) * 10) / 10;
    try {
      const { status, body } = await this.#client.ask(url, { timeout });
      const state = status >= 200 && status < 300 ? 'ready' : 'unready';
      return { name, state, status, milliseconds: took(), detail: body.toString().slice(0, 300).trim() };
    } catch (error) {
      return { name, state: 'unreachable', milliseconds: took(), detail: messageOf(error) };
    }
  }

  async #readMetrics(): Promise<void> {
    this.#metrics = await attempt(async () => {
      const headers = { accept: 'text/plain;version=0.0.4' };
      const { status, body } = await this.#client.ask(`${trimmed(this.#urls.adapter)}/metrics`, { timeout, headers });
      if (status !== 200) throw new Error(`status ${status}`);
      return { series: readPrometheusText(body.toString(), seriesLimit) };
    });
  }

  async #readDownward(): Promise<void> {
    this.#downward = await attempt(async () => {
      const headers = { accept: 'application/json' };
      const { status, body } = await this.#client.ask(`${trimmed(this.#urls.downward)}/`, { timeout, headers });
      if (status !== 200) throw new Error(`status ${status}`);
      if (body.length > downwardLimit) throw new Error(`an answer above ${downwardLimit} bytes`);
      return { data: JSON.parse(body.toString()) as unknown };
    });
  }
}

async function attempt<T extends object>(work: () => Promise<T>): Promise<({ ok: true; at: number } & T) | Failed> {
  try {
    return { ok: true, at: Date.now(), ...(await work()) };
  } catch (error) {
    return { ok: false, at: Date.now(), error: messageOf(error) };
  }
}

const trimmed = (url: string): string => url.replace(/\/$/, '');
