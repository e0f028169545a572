import type { HostPort } from '../../../store/raw-route.ts';
import type { ForwardingConnection } from './forwarding-connection.ts';

const interval = 1000;

/**
 * While there are connections, ask every second which server is the master, and close those to another one: an old
 * master may go on answering for a while. Returns a function that stops it.
 */
export function followMaster(locate: () => Promise<HostPort>, connections: () => ForwardingConnection[]): () => void {
  const check = async () => {
    if (connections().length === 0) return;
    const { host, port } = await locate();
    for (const connection of connections())
      if (connection.ready && (connection.at?.host !== host || connection.at.port !== port)) connection.closeWhenIdle();
  };
  // When no Sentinel answers, the connections stay as they are.
  const timer = setInterval(() => void check().catch(() => undefined), interval);
  timer.unref();
  return () => clearInterval(timer);
}
