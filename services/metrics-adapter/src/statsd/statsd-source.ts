import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { ConfigError } from '@podkit/chassis/config/config';
import { describeError } from '@podkit/chassis/errors';
import type { Logger } from '@podkit/chassis/log/logger';
import { Reloader } from '@podkit/chassis/process/reload';
import type { SelfMetric } from '../self-metric.ts';
import type { SeriesSink } from '../sink.ts';
import type { Source } from '../source.ts';
import type { StatsdConfig } from './config.ts';
import { StatsdCounts } from './counts.ts';
import { StatsdIngest } from './ingest.ts';
import { listenTcp, listenUnix } from './listeners/stream-listener.ts';
import { listenUdp, type UdpListener } from './listeners/udp-listener.ts';
import { listenUnixDatagram } from './listeners/unix-datagram.ts';
import { MappingTable, parseMappingFile } from './mapping/mapping.ts';
import { Relay } from './relay.ts';
import { statsdMetrics } from './self-metrics.ts';

export type StatsdOptions = {
  config: StatsdConfig;
  sink: SeriesSink;
  log: Logger;
  /** Called before another mapping is used, with which a metric may have another type or other buckets. */
  onNewMapping?: () => void;
};

/**
 * The mappings of a source, from its file or from the configuration itself.
 *
 * @throws {ConfigError} with a line per error
 */
function loadMapping({ mappingFile, mapping }: Pick<StatsdConfig, 'mappingFile' | 'mapping'>): MappingTable {
  if (mappingFile === undefined) return new MappingTable(mapping ?? {});
  if (mapping !== undefined) throw new ConfigError(['statsd: mappingFile and mapping are both set; keep one']);
  let text: string;
  try {
    text = readFileSync(mappingFile, 'utf8');
  } catch (cause) {
    throw new ConfigError([`statsd: mappingFile cannot be read: ${describeError(cause)}`]);
  }
  return parseMappingFile(text, mappingFile);
}

/** Receives StatsD on all configured transports and puts the samples into series. */
export class StatsdSource implements Source {
  readonly name: string;
  readonly #options: StatsdOptions;
  readonly #counts = new StatsdCounts();
  readonly #ends: (() => void | Promise<void>)[] = [];
  #ingest: StatsdIngest | undefined;
  #reloader: Reloader | undefined;
  #mappings = 0;
  #udp: UdpListener | undefined;
  #tcpPort = 0;

  /** @throws {ConfigError} for an invalid mapping */
  constructor(options: StatsdOptions) {
    // Loaded here only to find errors early; `start` loads it again.
    loadMapping(options.config);
    this.#options = options;
    this.name = options.config.name;
  }

  /** The bound ports; the system chooses one for a configured 0. */
  get ports(): { udp: number; tcp: number } {
    return { udp: this.#udp?.port ?? 0, tcp: this.#tcpPort };
  }

  /** @throws {ConfigError} for an invalid mapping, {PodkitError} ERR_LISTEN if an address can't be used */
  async start(): Promise<void> {
    const { config, sink } = this.#options;
    const mapping = loadMapping(config);
    this.#mappings = mapping.size;
    const { tags: styles, sets, cacheSize, mappingFile } = config;
    this.#ingest = new StatsdIngest({ sink, mapping, styles, sets, counts: this.#counts, cacheSize });
    if (mappingFile !== undefined) this.#watch(mappingFile);
    try {
      await this.#listen(this.#receiver(this.#ingest));
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    for (const end of this.#ends.splice(0).toReversed()) await end();
  }

  /** @throws {ConfigError} for an invalid mapping file; the old mapping stays in use */
  async reload(): Promise<void> {
    await this.#reloader?.reload();
  }

  async selfMetrics(): Promise<SelfMetric[]> {
    const kernelDrops = await this.#udp?.dropped();
    return statsdMetrics(this.name, this.#counts, { mappings: this.#mappings, kernelDrops });
  }

  #receiver(ingest: StatsdIngest): (text: string) => void {
    const { relay: address } = this.#options.config;
    if (address === undefined) return (text) => ingest.packet(text);
    const relay = new Relay({ address, counts: this.#counts, onError: (error) => this.#warn(error) });
    this.#ends.push(() => relay.stop());
    return (text) => {
      ingest.packet(text);
      relay.packet(text);
    };
  }

  async #listen(receive: (text: string) => void): Promise<void> {
    const { udp, tcp, unixStream, unixDatagram, receiveBuffer } = this.#options.config;
    const onError = (error: unknown) => this.#warn(error);
    const onPacket = (transport: 'udp' | 'unixgram') => (packet: Buffer) => {
      this.#counts.packets[transport] += 1;
      receive(packet.toString('latin1'));
    };
    const streams = this.#streamOptions(receive);
    if (udp !== undefined)
      this.#udp = this.#keep(await listenUdp({ address: udp, receiveBuffer, onPacket: onPacket('udp'), onError }));
    if (tcp !== undefined) this.#tcpPort = this.#keep(await listenTcp(tcp, streams)).port;
    if (unixStream !== undefined) this.#keep(await listenUnix(unixStream, streams));
    if (unixDatagram !== undefined)
      this.#keep(await listenUnixDatagram({ path: unixDatagram, onPacket: onPacket('unixgram'), onError }));
  }

  /** Stop a listener when the source stops. */
  #keep<Listener extends { stop(): void | Promise<void> }>(listener: Listener): Listener {
    this.#ends.push(() => listener.stop());
    return listener;
  }

  #streamOptions(onLines: (text: string) => void) {
    const counts = this.#counts;
    const { maxLineBytes, maxConnections, idleTimeout } = this.#options.config;
    return {
      maxLineBytes,
      connections: new Set<Socket>(),
      maxConnections,
      idleTimeout,
      onLines,
      onConnection: () => {
        counts.connections += 1;
      },
      onTooLong: () => {
        counts.tooLongLines += 1;
      },
      onConnectionError: (error: unknown) => {
        counts.connectionErrors += 1;
        this.#options.log.debug({ err: error }, `statsd: a connection failed: ${describeError(error)}`);
      },
    };
  }

  #watch(mappingFile: string): void {
    const { log } = this.#options;
    this.#reloader = new Reloader({ reload: () => this.#reload(), paths: [mappingFile], log });
    this.#reloader.start();
    this.#ends.push(() => this.#reloader?.stop());
  }

  #reload(): void {
    const { reloads } = this.#counts;
    try {
      const mapping = loadMapping(this.#options.config);
      this.#options.onNewMapping?.();
      this.#ingest?.useMapping(mapping);
      this.#mappings = mapping.size;
      reloads.success += 1;
    } catch (error) {
      reloads.failure += 1;
      throw error;
    }
  }

  #warn(error: unknown): void {
    this.#options.log.warn({ err: error }, `statsd: ${describeError(error)}`);
  }
}
