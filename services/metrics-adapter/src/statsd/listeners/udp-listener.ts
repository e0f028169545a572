import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { isIPv4 } from 'node:net';
import { bindEach, cannotListen, parseAddress } from './address.ts';

export type UdpListenerOptions = {
  address: string;
  /** Bytes of the kernel's receive buffer; at most net.core.rmem_max. */
  receiveBuffer: number;
  onPacket: (packet: Buffer) => void;
  onError: (error: unknown) => void;
};

export type UdpListener = {
  readonly port: number;
  /** Packets that the kernel dropped since the start because its buffer was full; undefined on other systems than Linux. */
  dropped(): Promise<number | undefined>;
  stop(): Promise<void>;
};

type BoundSocket = { port: number; socket: Socket };

/**
 * Receive UDP packets over IPv4 and IPv6, unless the address belongs to one of them.
 *
 * @throws {PodkitError} ERR_LISTEN
 */
export async function listenUdp(options: UdpListenerOptions): Promise<UdpListener> {
  const { address } = options;
  const bound = await bindEach(parseAddress(address), bind, close).catch((cause: unknown) => {
    throw cannotListen(`UDP ${address}`, cause);
  });
  for (const { socket } of bound) receive(socket, options);
  const port = bound[0]?.port ?? 0;
  return {
    port,
    dropped: () => droppedPackets(port),
    stop: async () => {
      await Promise.all(bound.map(close));
    },
  };
}

function receive(socket: Socket, { receiveBuffer, onPacket, onError }: UdpListenerOptions): void {
  try {
    socket.setRecvBufferSize(receiveBuffer);
  } catch (error) {
    onError(error);
  }
  socket.on('message', onPacket);
  socket.on('error', onError);
}

async function bind(host: string | undefined, port: number): Promise<BoundSocket> {
  const type = host === undefined || !isIPv4(host) ? 'udp6' : 'udp4';
  try {
    return await bindAs(type, host, port);
  } catch (error) {
    // The kernel has no IPv6.
    if (host !== undefined) throw error;
    return bindAs('udp4', undefined, port);
  }
}

async function bindAs(type: 'udp4' | 'udp6', host: string | undefined, port: number): Promise<BoundSocket> {
  const socket = createSocket({ type });
  try {
    const listening = once(socket, 'listening');
    socket.bind({ port, ...(host === undefined ? {} : { address: host }) });
    await listening;
    return { socket, port: socket.address().port };
  } catch (error) {
    socket.close();
    throw error;
  }
}

async function close({ socket }: BoundSocket): Promise<void> {
  const closed = once(socket, 'close');
  socket.close();
  await closed;
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
