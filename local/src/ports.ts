import { createServer } from 'node:net';
import { codeOf, messageOf, PodkitError } from '@podkit/chassis/errors';

/** A port that something will listen on, and the option that moves it. */
export type PortClaim = { port: number; option: string; for: string };

/**
 * Make sure that every port is free before anything starts, so that the error names them all and nothing is half up.
 *
 * @throws {PodkitError} ERR_PORT_TAKEN
 */
export async function requireFreePorts(claims: readonly PortClaim[]): Promise<void> {
  const faults = (await Promise.all(claims.map(faultOf))).filter((fault) => fault !== undefined);
  const seen = new Map<number, string>();
  for (const { port, option } of claims) {
    const other = seen.get(port);
    if (port !== 0 && other !== undefined) faults.push(`port ${port} is asked for by both ${other} and ${option}`);
    seen.set(port, option);
  }
  if (faults.length > 0) throw new PodkitError('ERR_PORT_TAKEN', faults.join('\n'));
}

async function faultOf({ port, option, for: user }: PortClaim): Promise<string | undefined> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, host: '127.0.0.1', exclusive: true }, resolve);
    });
    return undefined;
  } catch (error) {
    const why = codeOf(error) === 'EADDRINUSE' ? 'is taken by another program' : `cannot be used: ${messageOf(error)}`;
    return `port ${port} (${user}) ${why}; choose another with ${option}=PORT`;
  } finally {
    server.close();
  }
}
