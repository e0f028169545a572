import type { Engine } from '../../../routing/engine.ts';
import type { Built } from '../../../store/built.ts';
import type { RawRoute } from '../../../store/raw-route.ts';
import type { Key } from '../../../store/store.ts';
import type { Client, Command } from '../client.ts';
import { errorReplies, unknownRequest } from '../commands/errors.ts';
import { keyPositions } from '../commands/key-positions.ts';
import { CommandError } from '../commands/reply.ts';
import { commonSlot } from '../forwarding/slots.ts';

/** The keys of one request that live in one place, with their positions among all its keys. */
export type KeyGroup = {
  route: Built;
  raw: RawRoute | undefined;
  slot: number | undefined;
  keys: Key[];
  places: number[];
};

/** Group the keys of a request by where they live: the store, and in a cluster the slot. */
export function groupByRoute({ endpoint }: Client, keys: readonly Key[]): KeyGroup[] {
  const byRoute = Map.groupBy(keys.entries(), ([, key]) => endpoint.engine.route(key));
  return [...byRoute].flatMap(([route, entries]) => {
    const { raw } = route;
    const bySlot = Map.groupBy(entries, ([, key]) => raw && commonSlot(raw, [key]));
    return [...bySlot].map(([slot, members]) => {
      return { route, raw, slot, keys: members.map(([, key]) => key), places: members.map(([place]) => place) };
    });
  });
}

export type Located = { raw: RawRoute; positions: readonly number[]; keys: readonly Key[] };

/**
 * The Redis where all keys of a request live. A request whose keys cannot be found goes to a Redis without them, which
 * answers with its own error.
 *
 * @throws {CommandError} where they live in another kind of store, or in several
 */
export function locate(client: Client, command: Command): Located {
  const { request, endpoint } = client;
  let positions: number[];
  try {
    positions = keyPositions(command, request);
  } catch (error) {
    const { raw } = sessionRoute(endpoint.engine);
    if (raw === undefined) throw error;
    return { raw, positions: [], keys: [] };
  }
  const keys = request.keys(positions);
  return { raw: commonRoute(client, keys), positions, keys };
}

/**
 * The Redis where all these keys live.
 *
 * @throws {CommandError} where they live in another kind of store, or CROSSSLOT in several
 */
export function commonRoute({ endpoint, request }: Client, keys: readonly Key[]): RawRoute {
  const first = keys.length === 0 ? sessionRoute(endpoint.engine) : endpoint.engine.route(keys[0] ?? '');
  for (const key of keys) if (endpoint.engine.route(key) !== first) throw new CommandError(errorReplies.crossSlot);
  if (first.raw === undefined) throw new CommandError(unknownRequest(request));
  return first.raw;
}

/** The route of commands without a key, such as channels and scripts: the first Redis, if there is one. */
export const sessionRoute = (engine: Engine): Built =>
  engine.routes().find(({ raw }) => raw !== undefined) ?? engine.route('');

/** The Redis whose database holds all keys of the endpoint and no others, if there is one. */
export function ownedDatabase(engine: Engine): RawRoute | undefined {
  const [route, ...others] = engine.routes();
  const raw = others.length === 0 ? route?.raw : undefined;
  return raw?.keyPrefix === '' && raw.target.topology.mode !== 'cluster' ? raw : undefined;
}

/** A route for each Redis that keys of the endpoint live in. */
export const distinctRedis = (engine: Engine): RawRoute[] => {
  const byTarget = new Map(
    engine.routes().flatMap(({ raw }) => (raw === undefined ? [] : [[raw.target, raw] as const])),
  );
  return [...byTarget.values()];
};
