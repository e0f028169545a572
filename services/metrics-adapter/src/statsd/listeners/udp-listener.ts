import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { isIPv4 } from 'node:net';
import { messageOf, PodkitError } from '@podkit/chassis/errors';
import { parseAddress } from './address.ts';

export type UdpListenerOptions = {
  address: string;
  /** Bytes the kernel may hold for us; it takes at most net.core.rmem_max. */
  receiveBuffer: number;
  onPacket: (packet: Buffer) => void;
  onError: (error: unknown) => void;
};

export type UdpListener = {
  readonly port: number;
  /** Packets that the kernel dropped since the start as its buffer was full; undefined where it doesn't tell (not Linux). */
  dropped(): Promise<number | undefined>;
  stop(): Promise<void>;
};

/**
 * Receive UDP packets, for IPv4 and IPv6 unless the address says which.
 *
 * @throws {PodkitError} ERR_LISTEN
 */
export async function listenUdp({
  address,
  receiveBuffer,
  onPacket,
  onError,
}: UdpListenerOptions): Promise<UdpListener> {
  const { host, port } = parseAddress(address);
  const socket = await bind(host, port).catch((cause: unknown) => {
    throw new PodkitError('ERR_LISTEN', `statsd: cannot listen on UDP ${address}: ${messageOf(cause)}`, { cause });
  });
  try {
    socket.setRecvBufferSize(receiveBuffer);
  } catch (error) {
    onError(error);
  }
  socket.on('message', onPacket);
  socket.on('error', onError);
  const bound = socket.address().port;
  return {
    port: bound,
    dropped: () => droppedPackets(bound),
    stop: async () => {
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
}

async function bind(host: string | undefined, port: number): Promise<Socket> {
  const type = host === undefined || !isIPv4(host) ? 'udp6' : 'udp4';
  try {
    return await bindAs(type, host, port);
  } catch (error) {
    // A kernel without IPv6.
    if (host !== undefined) throw error;
    return bindAs('udp4', undefined, port);
  }
}

async function bindAs(type: 'udp4' | 'udp6', host: string | undefined, port: number): Promise<Socket> {
  const socket = createSocket({ type });
  try {
    const listening = once(socket, 'listening');
    socket.bind({ port, ...(host === undefined ? {} : { address: host }) });
    await listening;
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

/** The last column of the kernel's socket tables; https://docs.kernel.org/networking/proc_net_tcp.html has the others. */
async function droppedPackets(port: number): Promise<number | undefined> {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const tables = await Promise.all(
    ['udp', 'udp6'].map((name) => readFile(`/proc/self/net/${name}`, 'utf8').catch(() => '')),
  );
  const rows = tables.flatMap((table) =>
    table
      .split('\n')
      .slice(1)
      .map((row) => row.trim().split(/\s+/)),
  );
  const ours = rows.filter((columns) => columns[1]?.endsWith(suffix));
  return ours.length === 0 ? undefined : ours.reduce((sum, columns) => sum + Number(columns.at(-1)), 0);
}
