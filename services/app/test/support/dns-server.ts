import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

export type DnsServer = {
  /** `host:port` to ask. */
  address: string;
  /** The SRV records of the one service, by the host's name; hosts are all 127.0.0.1. Change it at any time. */
  ports: Map<string, number>;
};

const types = { a: 1, srv: 33 };

/**
 * A stand-in for a cluster's DNS: a UDP server that knows one headless service and its Pods, with as much of RFC 1035
 * and RFC 2782 as that needs.
 */
export async function startDns(service: string): Promise<DnsServer> {
  const ports = new Map<string, number>();
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => socket.send(answer(query, service, ports), from.port, from.address));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => void socket.close());
  return { address: `127.0.0.1:${socket.address().port}`, ports };
}

function answer(query: Buffer, service: string, ports: ReadonlyMap<string, number>): Buffer {
  const { name, end } = readName(query, 12);
  const type = query.readUInt16BE(end);
  const question = query.subarray(12, end + 4);
  const isService = name === service && ports.size > 0;
  const records =
    isService && type === types.srv
      ? [...ports].map(([host, port]) => record(types.srv, Buffer.concat([numbers(0, 100, port), writeName(host)])))
      : ports.has(name) && type === types.a
        ? [record(types.a, Buffer.from([127, 0, 0, 1]))]
        : [];
  const nameExists = isService || ports.has(name);
  const header = numbers(query.readUInt16BE(0), nameExists ? 0x8580 : 0x8583, 1, records.length, 0, 0);
  return Buffer.concat([header, question, ...records]);
}

/** A record of the name that was asked for, which a pointer to byte 12 stands for. */
function record(type: number, data: Buffer): Buffer {
  return Buffer.concat([numbers(0xc00c, type, 1, 0, 1, data.length), data]);
}

const numbers = (...values: number[]): Buffer => Buffer.from(values.flatMap((value) => [value >> 8, value & 0xff]));

function readName(message: Buffer, start: number): { name: string; end: number } {
  const labels: string[] = [];
  let at = start;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length).toLowerCase());
    at += length + 1;
  }
  return { name: labels.join('.'), end: at + 1 };
}

function writeName(name: string): Buffer {
  const labels = name.split('.').map((label) => Buffer.concat([Buffer.of(label.length), Buffer.from(label)]));
  return Buffer.concat([...labels, Buffer.of(0)]);
}
