import type { RawRoute, Route } from '../../engine/engine.ts';
import type { Key } from '../../engine/store.ts';
import { CommandError } from '../commands/answer.ts';
import { replies } from '../commands/errors.ts';
import type { Client } from './client.ts';
import { slotOf } from './cluster/slot-of.ts';

/** The keys of one request that live in one place, with where they stood among all its keys. */
export type Group = {
  route: Route;
  raw: RawRoute | undefined;
  slot: number | undefined;
  keys: Key[];
  places: number[];
};

/** Part the keys of a request by where they live: the store, and in a cluster the slot. */
export function groupByRoute({ door }: Client, keys: readonly Key[]): Group[] {
  const groups = new Map<Route, Map<number | undefined, Group>>();
  for (const [place, key] of keys.entries()) {
    const route = door.engine.route(key);
    const { raw } = route;
    const slot = raw && slotOf(raw, [key]);
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
export function commonRoute({ door }: Client, keys: readonly Key[]): Route['raw'] {
  const first =
    keys.length === 0 ? door.engine.routes().find(({ raw }) => raw !== undefined) : door.engine.route(keys[0] ?? '');
  for (const key of keys) if (door.engine.route(key) !== first) throw new CommandError(replies.crossSlot);
  return first?.raw;
}
