import type { Client, Command } from '../client.ts';
import { unknownRequest } from '../commands/errors.ts';
import { keyPositions } from '../commands/key-positions.ts';
import { CommandError, Status } from '../commands/reply.ts';
import { ownedDatabase } from '../dispatch/grouping.ts';
import { checkPrefix } from '../forwarding/forward.ts';
import { copyFrame } from '../forwarding/frame.ts';
import { touchedBy } from '../tracking/tracking.ts';
import { ownReplies } from './connection-commands.ts';
import type { Transaction } from './transaction.ts';

const control = new Set(['multi', 'exec', 'discard', 'watch', 'quit', 'reset']);
/** Commands without a key that a Redis runs in a transaction as it does alone. */
const serverCommands = new Set(['ping', 'echo', 'time', 'publish', 'spublish', 'script', 'function', 'info', 'lolwut']);
/** Commands on all keys of the database. */
const databaseCommands = new Set(['dbsize', 'keys', 'scan', 'randomkey', 'flushdb', 'flushall']);
/** EXEC ends all watches, and WAIT does not wait inside it. */
const withoutEffect = new Set(['unwatch', 'wait']);

/** Queue a command for EXEC, or serve one that controls the transaction. */
export function queueInTransaction(client: Client, transaction: Transaction, command: Command): boolean {
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

function queue(client: Client, transaction: Transaction, command: Command): void {
  const { endpoint, request, parser } = client;
  const positions = keyPositions(command, request);
  const own = Object.hasOwn(ownReplies, command.name);
  if (positions.length === 0 && command.keys.kind === 'none' && !own) checkKeyless(client, command);
  const keys = request.keys(positions);
  for (const key of keys) transaction.take(endpoint.engine.route(key), key);
  const raw = transaction.route?.raw;
  if (raw !== undefined) checkPrefix(raw, command);
  if (keys.length > 0 && raw === undefined && command.onStore === undefined)
    throw new CommandError(unknownRequest(request));
  const frame = copyFrame(parser, raw?.keyPrefix ?? '', positions);
  transaction.grow(frame.length);
  const touched = touchedBy(command, keys);
  transaction.queued.push({ name: command.name, frame, touched, onStore: command.onStore, own });
}

/** A command without a key goes to the Redis of the transaction's keys, or, without keys, to that of the session. */
function checkKeyless({ endpoint }: Client, { name, write }: Command): void {
  if (serverCommands.has(name) || withoutEffect.has(name)) return;
  const owned = databaseCommands.has(name) ? ownedDatabase(endpoint.engine) : undefined;
  if (owned !== undefined && (!write || owned.near === undefined)) return;
  throw new CommandError(`ERR ${name.toUpperCase()} is not supported inside MULTI here`);
}
