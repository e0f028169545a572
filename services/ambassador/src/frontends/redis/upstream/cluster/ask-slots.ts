import type { HostPort } from '../../../../store/raw-route.ts';
import { type DecodedReply, replyToText } from '../../protocol/reply-decoder.ts';
import { askOnce } from '../ask-once.ts';
import { type RedisServer, UpstreamError } from '../redis-server.ts';
import { slotCount } from './key-slot.ts';

/** The node of each slot, with holes where no node has it. */
export type SlotMap = { slots: (HostPort | undefined)[]; masters: HostPort[] };

/**
 * Ask all these nodes at once for the map of slots; the first reply is used.
 *
 * Protocol: https://redis.io/docs/latest/commands/cluster-slots/
 *
 * @throws {AggregateError} when none of them knows
 */
export const askSlots = (nodes: readonly RedisServer[]): Promise<SlotMap> =>
  Promise.any(nodes.map(async (node) => parseSlotMap(await askOnce(node, ['CLUSTER', 'SLOTS']), node.host)));

/** The map in a reply. A node without a host means itself: the host that was asked, `own`. */
function parseSlotMap(reply: DecodedReply | undefined, own: string): SlotMap {
  const slots: SlotMap['slots'] = [];
  const masters = new Map<string, HostPort>();
  for (const range of asList(reply)) {
    const [first, last, node] = asList(range);
    const [host, port] = asList(node);
    const at = { host: replyToText(host) || own, port: Number(port) };
    const name = `${at.host}:${at.port}`;
    const known = masters.get(name) ?? at;
    masters.set(name, known);
    for (let slot = Number(first); slot <= Math.min(Number(last), slotCount - 1); slot += 1) slots[slot] = known;
  }
  if (masters.size === 0) throw new UpstreamError('the node knows of no slots', false);
  return { slots, masters: [...masters.values()] };
}

const asList = (reply: DecodedReply | undefined): DecodedReply[] => (Array.isArray(reply) ? reply : []);
