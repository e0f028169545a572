import type { RawRoute, Route } from '../../engine/engine.ts';
import { bytesOfKey } from '../../engine/key.ts';
import type { Key } from '../../engine/store.ts';
import { encodeRequest } from '../codec/encode-request.ts';
import { ReplyError } from '../codec/reply-decoder.ts';
import { defaultLimits } from '../codec/request-limits.ts';
import { RequestParser } from '../codec/request-parser.ts';
import { type Answer, CommandError, NullArray, ok } from '../commands/answer.ts';
import { replies } from '../commands/errors.ts';
import { keyPositions } from '../commands/key-positions.ts';
import { RequestView } from '../commands/request.ts';
import { asCommandError } from '../commands/store-errors.ts';
import { DecodingSink } from '../upstream/sink.ts';
import type { ClientConnection } from './client-connection.ts';
import { execUpstream } from './exec-upstream.ts';
import { mayPass } from './forward.ts';
import type { DoorCommand } from './registry.ts';
import { storesBusy } from './split-commands.ts';
import { Transaction } from './transaction.ts';

const multi: DoorCommand = (client) => {
  if (client.transaction?.open) throw new CommandError(replies.nestedMulti);
  client.transaction ??= new Transaction();
  client.transaction.open = true;
  client.endRun();
  client.answer(ok);
  return true;
};

const discard: DoorCommand = (client) => {
  if (!client.transaction?.open) throw new CommandError(replies.discardWithoutMulti);
  forget(client);
  client.answer(ok);
  return true;
};

const unwatch: DoorCommand = (client) => {
  if (!client.transaction?.open) forget(client);
  client.answer(ok);
  return true;
};

function forget(client: ClientConnection): void {
  client.endRun();
  client.transaction?.close();
  client.transaction = undefined;
}

const watch: DoorCommand = (client, command) => {
  if (client.transaction?.open) throw new CommandError(replies.watchInMulti);
  if (storesBusy(client) || client.pending.forwarded > 0) return false;
  const keys = keyPositions(command, client.request).map((position) => client.request.key(position));
  client.endRun();
  const transaction = (client.transaction ??= new Transaction());
  for (const key of keys) transaction.take(client.door.engine.route(key));
  client.answerLater(watchKeys(client, transaction, keys), 'exclusive');
  return true;
};

async function watchKeys(client: ClientConnection, transaction: Transaction, keys: readonly Key[]): Promise<Answer> {
  const { route } = transaction;
  const pool = route?.raw === undefined ? undefined : client.door.upstream(route.raw);
  if (route === undefined || route.raw === undefined || pool === undefined) {
    for (const key of keys) transaction.watched.set(key, (await route?.store.get(key))?.etag);
    return ok;
  }
  const { keyPrefix } = route.raw;
  const connection = (transaction.watching ??= pool.dedicated(client.session.protocol));
  const frame = encodeRequest(['WATCH', ...keys.map((key) => bytesOfKey(keyPrefix + key))]);
  const [reply] = await new Promise<unknown[]>((resolve, reject) => {
    connection.send(new DecodingSink(1, resolve, reject), frame, 0, frame.length);
  });
  if (reply instanceof ReplyError) throw new CommandError(reply.message);
  return ok;
}

const exec: DoorCommand = (client) => {
  const { transaction } = client;
  if (!transaction?.open) throw new CommandError(replies.execWithoutMulti);
  if (storesBusy(client)) return false;
  if (transaction.watching !== undefined && client.pending.forwarded > 0) return false;
  const raw = upstreamOf(client, transaction.route);
  if (raw !== undefined && !transaction.failed && !mayPass(client, raw)) return false;
  client.endRun();
  client.transaction = undefined;
  if (transaction.failed) {
    transaction.close();
    throw new CommandError(replies.execAbort);
  }
  const { route } = transaction;
  if (raw !== undefined) execUpstream(client, transaction, raw);
  else client.answerLater(execOnStore(transaction, route ?? anyRoute(client)), 'exclusive');
  return true;
};

/** The way past the store, where it leads to a Redis that frames can be passed on to. */
const upstreamOf = ({ door }: ClientConnection, route: Route | undefined): RawRoute | undefined =>
  route?.raw !== undefined && door.upstream(route.raw) !== undefined ? route.raw : undefined;

/** Where only commands without keys were queued. */
const anyRoute = ({ door }: ClientConnection): Route => door.engine.route('');

/** Without a Redis: in memory only, where nothing else runs between commands that never wait. */
async function execOnStore(transaction: Transaction, { store }: Route): Promise<Answer> {
  if (store.info.kind !== 'in-memory')
    throw new CommandError(`ERR MULTI is not possible on store '${store.info.name}'`);
  for (const [key, etag] of transaction.watched) if ((await store.get(key))?.etag !== etag) return new NullArray();
  const answers: Answer[] = [];
  for (const [index, frame] of transaction.frames.entries()) {
    const parser = new RequestParser(defaultLimits);
    parser.push(frame);
    parser.next();
    try {
      answers.push((await transaction.commands[index]?.onStore?.(store, new RequestView(parser))) ?? null);
    } catch (error) {
      answers.push(asCommandError(error));
    }
  }
  return answers;
}

export const transactionCommands: Record<string, DoorCommand> = { multi, exec, discard, watch, unwatch };
