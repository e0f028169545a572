import { namespace } from '../../app-client.ts';
import { expect } from '../../case.ts';
import { kubectl } from '../../run.ts';

/** The containers that open connections, as arguments of `kubectl`. */
const sources = {
  app: ['-n', namespace, 'exec', 'podkit-0', '-c', 'app'],
  stranger: ['-n', 'podkit-load', 'exec', 'load'],
};

/** What the policies of the base allow and forbid, by source: addresses. */
const flows = {
  app: {
    allowed: ['redis:6379', 'postgres:5432', 'git-server:8888', 'podkit-1.podkit-pods:8081'],
    forbidden: ['podkit-1.podkit-pods:9464'],
  },
  stranger: {
    allowed: [`podkit.${namespace}:80`, `podkit-0.podkit-pods.${namespace}:9464`],
    forbidden: [
      `podkit-0.podkit-pods.${namespace}:8081`,
      `redis.${namespace}:6379`,
      `postgres.${namespace}:5432`,
      `git-server.${namespace}:8888`,
    ],
  },
};

const connect = (addresses: readonly string[]) => `
  const net = require('node:net');
  const isOpen = (address) => new Promise((resolve) => {
    const [host, port] = address.split(':');
    const socket = net.connect({ host, port, timeout: 3000 });
    const end = (open) => { socket.destroy(); resolve(open); };
    socket.once('connect', () => end(true)).once('timeout', () => end(false)).once('error', () => end(false));
  });
  Promise.all(${JSON.stringify(addresses)}.map(isOpen)).then((open) => console.log(JSON.stringify(open)));`;

/** Try the addresses, and return those that accept a connection. */
async function findOpen(source: keyof typeof sources, addresses: readonly string[]): Promise<string[]> {
  const output = await kubectl(...sources[source], '--', 'node', '-e', connect(addresses));
  const open = JSON.parse(output.slice(output.indexOf('['))) as boolean[];
  return addresses.filter((_, index) => open[index]);
}

/**
 * Allowed connections work, and all others are refused. If every forbidden one works, the network plugin does not enforce
 * policies, and the result says so. The stranger is the load Pod, in a namespace of its own.
 */
export async function networkFlows(): Promise<string> {
  let allowed = 0;
  let forbidden = 0;
  const open: string[] = [];
  for (const source of ['app', 'stranger'] as const) {
    const flow = flows[source];
    const works = await findOpen(source, flow.allowed);
    const closed = flow.allowed.filter((address) => !works.includes(address));
    expect(closed.length === 0, `${source} cannot connect to ${closed.join(', ')}`);
    open.push(...(await findOpen(source, flow.forbidden)).map((address) => `${source} to ${address}`));
    allowed += flow.allowed.length;
    forbidden += flow.forbidden.length;
  }
  if (open.length === forbidden)
    return `${allowed} allowed flows work; the network plugin of this cluster does not enforce policies: all ${forbidden} others work too`;
  expect(open.length === 0, `connections work that no policy allows: ${open.join(', ')}`);
  return `${allowed} allowed flows work, ${forbidden} others are refused`;
}
