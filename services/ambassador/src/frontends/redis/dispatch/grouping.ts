import type { Engine, Route } from '../../../routing/engine.ts';
import type { RawRoute } from '../../../store/raw-route.ts';
import type { Key } from '../../../store/store.ts';
import type { Client } from '../client.ts';
import { CommandError } from '../commands/answer.ts';
import { replies } from '../commands/errors.ts';
import { commonSlot } from '../forwarding/common-slot.ts';

/** The keys of one request that live in one place, with their positions among all its keys. */
export type Group = {
  route: Route;
  raw: RawRoute | undefined;
  slot: number | undefined;
  keys: Key[];
  places: number[];
};

/** Group the keys of a request by where they live: the store, and in a cluster the slot. */
export function groupByRoute({ endpoint }: Client, keys: readonly Key[]): Group[] {
  const groups = new Map<Route, Map<number | undefined, Group>>();
  for (const [place, key] of keys.entries()) {
    const route = endpoint.engine.route(key);
    const { raw } = route;
    const slot = raw && commonSlot(raw, [key]);
    let slots = groups.get(route);
    if (slots === undefined) groups.set(route, (slots = new Map()));
    let group = slots.get(slot);
    if (group === undefined) slots.set(slot, (group = { route, raw, slot, keys: [], places: [] }));
    group.keys.push(key);
    group.places.push(place);
  }
  return [...groups.values()].flatMap((slots) => [...slots.values()]);
}

/**
 * The Redis where all these keys live, or undefined where they live in another kind of store.
 *
 * @throws {CommandError} CROSSSLOT where they live in several
 */
export function commonRoute({ endpoint }: Client, keys: readonly Key[]): Route['raw'] {
  const first = keys.length === 0 ? sessionRoute(endpoint.engine) : endpoint.engine.route(keys[0] ?? '');
  for (const key of keys) if (endpoint.engine.route(key) !== first) throw new CommandError(replies.crossSlot);
  return first.raw;
}

/** The route of commands without a key, such as channels and scripts: the first Redis, if there is one. */
export const sessionRoute = (engine: Engine): Route =>
  engine.routes().find(({ raw }) => raw !== undefined) ?? engine.route('');

/** The Redis whose database holds all keys of the endpoint and no others, if it is so. */
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

/** Whether reads of a route are answered from a near cache, which holds keys of the store's own database only. */
export const isCached = ({ session }: Client, { near }: RawRoute): boolean =>
  near !== undefined && session.database === undefined;
