import type { Client, Command } from '../client.ts';
import { CommandError } from '../commands/answer.ts';
import { keyPositions } from '../commands/key-positions.ts';
import { forward } from '../forwarding/forward.ts';
import { sessionRoute } from './grouping.ts';

/** Where the keys of a request stand, or why that cannot be said. */
export function positionsOrRefusal({ request }: Client, command: Command): number[] | CommandError {
  try {
    return keyPositions(command, request);
  } catch (error) {
    if (error instanceof CommandError) return error;
    throw error;
  }
}

/** Pass a request whose keys cannot be found on to a Redis, which refuses it with its own words. */
export function refuseAsRedis(client: Client, command: Command, refusal: CommandError): boolean {
  const { raw } = sessionRoute(client.endpoint.engine);
  if (raw === undefined) throw refusal;
  return forward(client, command, raw, [], []);
}
