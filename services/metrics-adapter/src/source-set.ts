import type { Readable, Writable } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from '@podkit/chassis/log/logger';
import type { AdapterConfig } from './config/schema.ts';
import { ForwardSource } from './forward/forward-source.ts';
import { createJsonSource } from './json/json-source.ts';
import { LogsSource } from './logs/logs-source.ts';
import { createPrometheusSource } from './prometheus/prometheus-source.ts';
import type { PullSource } from './pull/pull-source.ts';
import type { SeriesStore } from './series/store.ts';
import type { Source } from './source.ts';
import { StatsdSource } from './statsd/statsd-source.ts';
import type { TailMemory } from './tail/tail-memory.ts';
import { createCsvSource } from './text/csv-source.ts';
import { createKeyValueSource } from './text/key-value-source.ts';

export type SourceSetOptions = {
  config: AdapterConfig;
  /** The set before a reload. Sources with an equal configuration are taken from it. */
  previous?: SourceSet | undefined;
  store: SeriesStore;
  log: Logger;
  stdin: Readable;
  stdout: Writable;
  /** The file positions of sources that stopped, for their successors. */
  memory: TailMemory;
};

type Entry<Kind> = { source: Kind; kind: string; config: unknown };

/** The sources of a configuration, in its order. */
export class SourceSet {
  readonly #pull: Entry<PullSource>[];
  readonly #push: Entry<Source>[];

  /** @throws {ConfigError | PodkitError} for an error in the configuration of a source */
  constructor(options: SourceSetOptions) {
    const { config, previous, store, log, stdin, stdout, memory } = options;
    const { limits, modules } = config;
    const context = { limits, log, modules };
    const kept = { pull: previous ? previous.#pull : [], push: previous ? previous.#push : [] };
    const pull = <Item>(kind: string, items: readonly Item[], create: (item: Item) => PullSource) =>
      items.map((item) => reuseOrCreate(kept.pull, kind, { item, limits, modules }, () => create(item)));
    const push = <Item>(kind: string, items: readonly Item[], create: (item: Item) => Source) =>
      items.map((item) => reuseOrCreate(kept.push, kind, { item, limits }, () => create(item)));
    const sink = (name: string) => store.sink(name, limits);
    this.#pull = [
      ...pull('json', config.json, (item) => createJsonSource(item, context)),
      ...pull('prometheus', config.prometheus, (item) => createPrometheusSource(item, context)),
      ...pull('keyValue', config.keyValue, (item) => createKeyValueSource(item, context)),
      ...pull('csv', config.csv, (item) => createCsvSource(item, context)),
    ];
    this.#push = [
      ...push(
        'statsd',
        config.statsd,
        (item) =>
          new StatsdSource({ config: item, sink: sink(item.name), log, onNewMapping: () => store.allowNewShapes() }),
      ),
      ...push(
        'logs',
        config.logs,
        (item) => new LogsSource({ config: item, sink: sink(item.name), log, stdin, memory }),
      ),
      ...push('forward', config.forward, (item) => new ForwardSource({ config: item, log, stdin, stdout, memory })),
    ];
  }

  get pull(): PullSource[] {
    return this.#pull.map(({ source }) => source);
  }

  get push(): Source[] {
    return this.#push.map(({ source }) => source);
  }

  get names(): string[] {
    return [...this.pull, ...this.push].map(({ name }) => name);
  }

  /** Start all sources, or none. @throws {PodkitError} with the error of the first that fails */
  async start(): Promise<void> {
    await startAll(this.push);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.push.map((source) => source.stop()), ...this.pull.map((source) => source.close())]);
  }

  /** Let the sources that `next` keeps reload their own files. @throws {ConfigError} */
  async reloadKept(next: SourceSet): Promise<void> {
    const kept = this.push.filter((source) => next.push.includes(source));
    await Promise.all(kept.map(async (source) => source.reload?.()));
  }

  /**
   * Stop the sources that `next` drops, then start its new ones. The order matters, since an address can be bound only
   * once. If a new one fails, the old ones are started again.
   *
   * @throws {PodkitError} with the error of the source that failed
   */
  async handOver(next: SourceSet): Promise<void> {
    const ending = this.push.filter((source) => !next.push.includes(source));
    await Promise.all(ending.map((source) => source.stop()));
    try {
      await startAll(next.push.filter((source) => !this.push.includes(source)));
    } catch (error) {
      await startAll(ending);
      throw error;
    }
    const unused = this.pull.filter((source) => !next.pull.includes(source));
    await Promise.all(unused.map((source) => source.close()));
  }
}

function reuseOrCreate<Kind>(kept: Entry<Kind>[], kind: string, config: unknown, create: () => Kind): Entry<Kind> {
  const same = kept.find((entry) => entry.kind === kind && isDeepStrictEqual(entry.config, config));
  return same ?? { kind, config, source: create() };
}

async function startAll(sources: readonly Source[]): Promise<void> {
  const started: Source[] = [];
  try {
    for (const source of sources) {
      await source.start();
      started.push(source);
    }
  } catch (error) {
    await Promise.all(started.map((source) => source.stop()));
    throw error;
  }
}
