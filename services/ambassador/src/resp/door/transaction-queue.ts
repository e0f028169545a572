import { CommandError, Status } from '../commands/answer.ts';
import { keyPositions } from '../commands/key-positions.ts';
import { unknownRequest } from '../commands/unknown-request.ts';
import type { Client, Command } from './client.ts';
import { checkPrefix } from './forward.ts';
import { frameOf } from './frame.ts';
import type { Transaction } from './transaction.ts';

const control = new Set(['multi', 'exec', 'discard', 'watch', 'unwatch', 'quit', 'reset']);
const keyless = new Set(['ping', 'echo', 'time', 'publish']);
const mostBytes = 64 * 1024 * 1024;

/** Keep a command for EXEC, or serve those that steer the transaction. */
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

function queue({ door, request, parser }: Client, transaction: Transaction, command: Command): void {
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
  transaction.onStore.push(command.onStore);
  if (command.write) transaction.written.push(...keys);
}
