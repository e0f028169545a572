import type { Route } from '../../engine/engine.ts';
import type { Key } from '../../engine/store.ts';
import { CommandError, Status } from '../commands/answer.ts';
import { replies } from '../commands/errors.ts';
import { keyPositions } from '../commands/key-positions.ts';
import { unknownRequest } from '../commands/unknown-request.ts';
import type { ForwardingConnection } from '../upstream/forwarding-connection.ts';
import type { ClientConnection } from './client-connection.ts';
import { slotOf } from './cluster/slot-of.ts';
import { checkPrefix } from './forward.ts';
import { frameOf } from './frame.ts';
import type { Command } from './registry.ts';

/** What a client has watched and queued, from WATCH or MULTI to EXEC or DISCARD. */
export class Transaction {
  /** True from MULTI on. */
  open = false;
  /** A queued command was refused, so EXEC must refuse all. */
  failed = false;
  /** Where all its keys live; the first key decides. */
  route: Route | undefined;
  readonly frames: Buffer[] = [];
  readonly commands: Command[] = [];
  readonly written: Key[] = [];
  /** WATCH belongs to a connection, so from there to EXEC it is the client's own. */
  watching: ForwardingConnection | undefined;
  /** Etags as they were at WATCH, where the keys live in memory. */
  readonly watched = new Map<Key, string | undefined>();
  bytes = 0;

  /** In a cluster, the slot of all its keys. */
  slot: number | undefined;

  /** @throws {CommandError} CROSSSLOT where the keys live elsewhere than those before */
  take(route: Route, key: Key): void {
    const slot = route.raw && slotOf(route.raw, [key]);
    this.slot ??= slot;
    this.route ??= route;
    if (this.route !== route || this.slot !== slot) throw new CommandError(replies.crossSlot);
  }

  close(): void {
    this.watching?.close('the transaction is over');
    this.watching = undefined;
  }
}

const control = new Set(['multi', 'exec', 'discard', 'watch', 'unwatch', 'quit', 'reset']);
const keyless = new Set(['ping', 'echo', 'time', 'publish']);
const mostBytes = 64 * 1024 * 1024;

/** Keep a command for EXEC, or serve those that steer the transaction. */
export function queueInTransaction(client: ClientConnection, transaction: Transaction, command: Command): boolean {
  if (control.has(command.name) && command.run !== undefined) return command.run(client, command);
  try {
    queue(client, transaction, command);
  } catch (error) {
    transaction.failed = true;
    throw error;
  }
  client.endRun();
  client.answer(new Status('QUEUED'));
  return true;
}

function queue({ door, request, parser }: ClientConnection, transaction: Transaction, command: Command): void {
  const positions = keyPositions(command, request);
  if (positions.length === 0 && !keyless.has(command.name) && command.keys.kind === 'none')
    throw new CommandError(`ERR ${command.name.toUpperCase()} is not possible inside MULTI here`);
  const keys = positions.map((position) => request.key(position));
  for (const key of keys) transaction.take(door.engine.route(key), key);
  const raw = transaction.route?.raw;
  if (raw !== undefined) checkPrefix(raw, command);
  if (transaction.route !== undefined && raw === undefined && command.onStore === undefined)
    throw new CommandError(unknownRequest(request));
  const frame = frameOf(parser, raw?.keyPrefix ?? '', positions);
  transaction.bytes += frame.length;
  if (transaction.bytes > mostBytes) throw new CommandError('ERR the transaction is too large');
  transaction.frames.push(frame);
  transaction.commands.push(command);
  if (command.write) transaction.written.push(...keys);
}
