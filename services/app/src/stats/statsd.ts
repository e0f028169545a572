import { createSocket, type Socket } from 'node:dgram';
import type { RequestListener } from './request-stats.ts';

export type StatsdOptions = {
  host: string;
  port: number;
  /** Milliseconds between two sendings. */
  period: number;
  /** Gauges, read at each sending. */
  gauges: () => Record<string, number>;
  onError: (error: unknown) => void;
};

/** Below the usual MTU of 1500, so that a packet is never split. */
const packetLimit = 1432;
/** Timings that are sent of one kind of request in one period; beyond it they say at which rate they were sampled. */
const timingsPerPeriod = 20;

type Kind = { tags: string; count: number; milliseconds: number[] };

/**
 * Sends the app's requests as StatsD with DogStatsD tags (https://github.com/statsd/statsd/blob/master/docs/metric_types.md):
 * a counter per kind of request summed over the period, some of its timings, and gauges. UDP: a receiver that is not
 * there costs nothing.
 */
export class StatsdEmitter {
  readonly #options: StatsdOptions;
  readonly #socket: Socket;
  readonly #timer: NodeJS.Timeout;
  readonly #kinds = new Map<string, Kind>();

  constructor(options: StatsdOptions) {
    this.#options = options;
    this.#socket = createSocket('udp4');
    this.#socket.on('error', options.onError);
    this.#socket.unref();
    this.#timer = setInterval(() => void this.flush(), options.period);
    this.#timer.unref();
  }

  readonly observe: RequestListener = (method, route, status, seconds) => {
    const tags = `method:${method},route:${tagValue(route)},status:${status}`;
    const kind = this.#kinds.get(tags) ?? { tags, count: 0, milliseconds: [] };
    kind.count += 1;
    if (kind.milliseconds.length < timingsPerPeriod) kind.milliseconds.push(seconds * 1000);
    this.#kinds.set(tags, kind);
  };

  /** Send what there is now; resolves when the system has taken it. */
  async flush(): Promise<void> {
    const lines = [...this.#kinds.values()].flatMap(linesOf);
    for (const [name, value] of Object.entries(this.#options.gauges())) lines.push(`app.${name}:${value}|g`);
    this.#kinds.clear();
    await Promise.all(packed(lines).map((packet) => this.#send(packet)));
  }

  /** Send the rest and stop. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
    await new Promise<void>((resolve) => this.#socket.close(resolve));
  }

  #send(packet: string): Promise<void> {
    const { host, port, onError } = this.#options;
    return new Promise((resolve) => {
      this.#socket.send(packet, port, host, (error) => {
        if (error) onError(error);
        resolve();
      });
    });
  }
}

/** What separates tags can't be part of one. */
const tagValue = (text: string): string => text.replaceAll(/[|,#\n]/g, '_').replaceAll(':', '');

function linesOf({ tags, count, milliseconds }: Kind): string[] {
  const rate = milliseconds.length === count ? '' : `|@${(milliseconds.length / count).toPrecision(6)}`;
  const timings = milliseconds.map((value) => `app.request:${value.toFixed(3)}|ms${rate}|#${tags}`);
  return [`app.requests:${count}|c|#${tags}`, ...timings];
}

/** As many lines to a packet as fit. */
function packed(lines: readonly string[]): string[] {
  const packets: string[] = [];
  let packet = '';
  for (const line of lines) {
    if (packet !== '' && packet.length + 1 + line.length > packetLimit) {
      packets.push(packet);
      packet = '';
    }
    packet += packet === '' ? line : `\n${line}`;
  }
  return packet === '' ? packets : [...packets, packet];
}
