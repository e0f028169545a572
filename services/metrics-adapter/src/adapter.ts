import type { Readable, Writable } from 'node:stream';
import { getHeapStatistics } from 'node:v8';
import type { Metrics } from '@podkit/chassis/http/metrics';
import type { Logger } from '@podkit/chassis/log/logger';
import type { AdapterConfig } from './config/schema.ts';
import { mergeFamilies } from './exposition/merge.ts';
import { type ProbeQuery, Probes } from './json/probes.ts';
import { NamedCounts } from './named-counts.ts';
import { errorMetrics, scrapeMetrics, selfFamily, storeMetrics } from './own-metrics.ts';
import type { PullResult, PullSource } from './pull/pull-source.ts';
import { registryFamilies } from './registry-families.ts';
import type { Family } from './series/family.ts';
import { SeriesStore } from './series/store.ts';
import { SourceSet } from './source-set.ts';
import { TailMemory } from './tail/tail-memory.ts';

export type AdapterOptions = {
  config: AdapterConfig;
  log: Logger;
  stdin: Readable;
  stdout: Writable;
  /** The registry with the metrics of this process. */
  registry: Metrics['registry'];
  /** Files that may be open at once; unlimited by default. */
  openFiles?: number;
};

type Pulled = PullResult & { source: PullSource };

/** All sources of a configuration, merged into one set of families. */
export class Adapter {
  readonly #store = new SeriesStore();
  readonly #log: Logger;
  readonly #streams: { stdin: Readable; stdout: Writable };
  readonly #memory: TailMemory;
  /** Merging problems by source and reason. Sources count their other problems themselves. */
  readonly #problems = new Map<string, NamedCounts>();
  readonly #sweeper: NodeJS.Timeout;
  readonly #registry: Metrics['registry'];
  #config: AdapterConfig;
  #probes: Probes;
  #sources: SourceSet;

  /** @throws {ConfigError} when the configuration can't be used */
  constructor({ config, log, stdin, stdout, registry, openFiles }: AdapterOptions) {
    this.#memory = new TailMemory(openFiles);
    this.#config = config;
    this.#log = log;
    this.#streams = { stdin, stdout };
    this.#registry = registry;
    this.#probes = new Probes(config);
    this.#limitStore(config);
    this.#sources = this.#createSources(config);
    this.#sweeper = setInterval(() => this.#store.sweep(), 1000).unref();
  }

  get config(): AdapterConfig {
    return this.#config;
  }

  /** @throws {PodkitError} when a source can never work, such as a port that is taken */
  async start(): Promise<void> {
    await this.#sources.start();
  }

  async stop(): Promise<void> {
    clearInterval(this.#sweeper);
    await this.#sources.stop();
    await this.#probes.close();
  }

  /** Answer a query of `/probe`. @throws {ProbeError | FetchError} */
  probe(query: ProbeQuery, timeout: number): Promise<Family[]> {
    return this.#probes.probe(query, timeout, (reason) => this.#count('probe', reason));
  }

  /**
   * Use another configuration. Sources whose configuration is the same keep running, and series stay. If the new
   * configuration has an error, the old one stays in use.
   *
   * @throws {ConfigError | PodkitError} that says what is wrong
   */
  async reload(config: AdapterConfig): Promise<void> {
    const next = this.#createSources(config, this.#sources);
    const probes = new Probes(config);
    await this.#sources.reloadKept(next);
    await this.#sources.handOver(next);
    const before = this.#probes;
    this.#probes = probes;
    this.#sources = next;
    this.#config = config;
    this.#limitStore(config);
    this.#store.beginGeneration(new Set(next.names));
    for (const source of this.#problems.keys()) if (!next.names.includes(source)) this.#problems.delete(source);
    // Probes in flight end by themselves, so the reload doesn't wait for them.
    void before.close();
  }

  /** Remove the series of one source of StatsD or logs, or of all. Returns false if there is no such source. */
  clear(source?: string): boolean {
    if (source !== undefined && !this.#sources.push.some(({ name }) => name === source)) return false;
    this.#store.clear(source);
    return true;
  }

  /** All families as of now. The slowest source may take `timeout` milliseconds. */
  async gather(timeout: number): Promise<Family[]> {
    const { pull, push } = this.#sources;
    const [pulled, selves, process] = await Promise.all([
      Promise.all(pull.map(async (source): Promise<Pulled> => ({ source, ...(await source.collect(timeout)) }))),
      Promise.all(push.map((source) => source.selfMetrics())),
      registryFamilies(this.#registry, this.#config.prefix),
    ]);
    const contributions = [
      ...pulled.map(({ source, families }) => ({ source: source.name, families })),
      { source: 'store', families: this.#store.families() },
    ];
    const count = (source: string, problem: string) => this.#count(source, problem);
    const families = await mergeFamilies(contributions, count, `${this.#config.prefix}_`);
    const problems = new Map([...this.#problems, ...pull.map(({ name, errors }) => [name, errors] as const)]);
    const stored = push.map(({ name }) => [name, this.#store.counts(name)] as const);
    const own = [
      ...scrapeMetrics(pulled.map(({ source, up, seconds }) => ({ name: source.name, up, seconds }))),
      ...errorMetrics(problems),
      ...storeMetrics(stored, this.#store.bytes),
      ...selves.flat(),
    ];
    const ownFamilies = own
      .filter(({ samples }) => samples.length > 0)
      .map((metric) => selfFamily(this.#config.prefix, metric));
    return mergeFamilies(
      [
        { source: 'adapter', families: [...ownFamilies, ...process] },
        { source: 'store', families },
      ],
      count,
    );
  }

  #limitStore({ prefix, limits }: AdapterConfig): void {
    this.#store.reserve(`${prefix}_`);
    this.#store.limitBytes(limits.maxBytes ?? getHeapStatistics().heap_size_limit / 4);
  }

  #createSources(config: AdapterConfig, previous?: SourceSet): SourceSet {
    const memory = this.#memory;
    return new SourceSet({ config, previous, store: this.#store, log: this.#log, memory, ...this.#streams });
  }

  #count(source: string, problem: string): void {
    const pull = this.#sources.pull.find(({ name }) => name === source);
    const problems = pull?.errors ?? this.#problems.get(source) ?? new NamedCounts();
    if (pull === undefined) this.#problems.set(source, problems);
    problems.add(problem);
  }
}
