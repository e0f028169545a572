import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import type { StatsdCounts } from './counts.ts';
import { parseAddress } from './listeners/address.ts';

export type RelayOptions = { address: string; counts: StatsdCounts; onError: (error: unknown) => void };

/** Bytes of a packet that every network can carry; the limit of statsd_exporter. */
const packetLength = 1400;
const flushInterval = 1000;
/** Maximum number of packets that wait for the kernel. Further lines are dropped and counted. */
const maxPending = 1000;

/** Relays lines unchanged to another StatsD server over UDP, in packets, at least once a second. */
export class Relay {
  readonly #options: RelayOptions;
  readonly #host: string;
  readonly #port: number;
  readonly #socket;
  readonly #timer: NodeJS.Timeout;
  #lines: string[] = [];
  #length = 0;
  #pending = 0;

  /** @throws {PodkitError} ERR_ADDRESS */
  constructor(options: RelayOptions) {
    this.#options = options;
    const { host = '127.0.0.1', port } = parseAddress(options.address);
    this.#host = host;
    this.#port = port;
    this.#socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4').unref();
    this.#socket.on('error', options.onError);
    this.#timer = setInterval(() => this.flush(), flushInterval).unref();
  }

  /** Take whole lines, as latin1 text. */
  packet(text: string): void {
    for (const raw of text.split('\n')) {
      const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
      if (line === '') continue;
      if (line.length >= packetLength || this.#pending >= maxPending) {
        this.#options.counts.relayDroppedLines += 1;
        continue;
      }
      if (this.#length + line.length + 1 > packetLength) this.flush();
      this.#lines.push(line);
      this.#length += line.length + 1;
    }
  }

  flush(): void {
    if (this.#lines.length === 0) return;
    const { counts, onError } = this.#options;
    const packet = Buffer.from(`${this.#lines.join('\n')}\n`, 'latin1');
    counts.relayedLines += this.#lines.length;
    counts.relayedPackets += 1;
    this.#lines = [];
    this.#length = 0;
    this.#pending += 1;
    this.#socket.send(packet, this.#port, this.#host, (error) => {
      this.#pending -= 1;
      if (error) onError(error);
    });
  }

  /** Send the rest and close. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.flush();
    const closed = once(this.#socket, 'close');
    // An empty packet is sent after all others, so its callback comes last.
    this.#socket.send(Buffer.alloc(0), 9, '127.0.0.1', () => this.#socket.close());
    await closed;
  }
}
