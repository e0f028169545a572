import { createServer } from 'node:net';
import { describeError, getErrorCode, PodkitError } from '@podkit/chassis/errors';

/** A port that something will listen on, and the option that moves it. */
export type PortClaim = { port: number; option: string; for: string };

/**
 * Make sure that every port is free before anything starts, so that the error names them all and nothing is half up.
 *
 * @throws {PodkitError} ERR_PORT_TAKEN
 */
export async function requireFreePorts(claims: readonly PortClaim[]): Promise<void> {
  const errors = (await Promise.all(claims.map(portError))).filter((error) => error !== undefined);
  const seen = new Map<number, string>();
  for (const { port, option } of claims) {
    const other = seen.get(port);
    if (port !== 0 && other !== undefined) errors.push(`port ${port} is used by both ${other} and ${option}`);
    seen.set(port, option);
  }
  if (errors.length > 0) throw new PodkitError('ERR_PORT_TAKEN', errors.join('\n'));
}

async function portError({ port, option, for: user }: PortClaim): Promise<string | undefined> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, host: '127.0.0.1', exclusive: true }, resolve);
    });
    return undefined;
  } catch (error) {
    const why =
      getErrorCode(error) === 'EADDRINUSE' ? 'is taken by another program' : `cannot be used: ${describeError(error)}`;
    return `port ${port} (${user}) ${why}; choose another with ${option}=PORT`;
  } finally {
    server.close();
  }
}
