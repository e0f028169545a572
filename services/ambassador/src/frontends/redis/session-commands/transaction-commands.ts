import type { Built } from '../../../store/built.ts';
import { keyToBytes } from '../../../store/key.ts';
import type { Key } from '../../../store/store.ts';
import type { Client, SessionCommand } from '../client.ts';
import { asCommandError, errorReplies } from '../commands/errors.ts';
import { requestKeys } from '../commands/key-positions.ts';
import { CommandError, NullArray, ok, type Reply } from '../commands/reply.ts';
import type { RequestView } from '../commands/request.ts';
import { sessionRoute } from '../dispatch/grouping.ts';
import { ask, checked } from '../forwarding/ask.ts';
import { mayPass } from '../forwarding/forward.ts';
import type { UpstreamPool } from '../upstream/pool.ts';
import { answerAlone, storesBusy } from './answer-alone.ts';
import { execUpstream } from './exec-upstream.ts';
import { localReply, parsedRequest } from './own-replies.ts';
import { Transaction } from './transaction.ts';

const multi: SessionCommand = (client) => {
  if (client.transaction?.open) throw new CommandError(errorReplies.nestedMulti);
  client.transaction ??= new Transaction();
  client.transaction.open = true;
  client.endRun();
  client.answer(ok);
  return true;
};

const discard: SessionCommand = (client) => {
  if (!client.transaction?.open) throw new CommandError(errorReplies.discardWithoutMulti);
  forget(client);
  client.answer(ok);
  return true;
};

const unwatch: SessionCommand = (client) => {
  forget(client);
  client.answer(ok);
  return true;
};

function forget(client: Client): void {
  client.endRun();
  client.transaction?.close();
  client.transaction = undefined;
}

const watch: SessionCommand = (client, command) => {
  if (client.transaction?.open) throw new CommandError(errorReplies.watchInMulti);
  if (client.pending.forwarded > 0) return false;
  const keys = requestKeys(command, client.request);
  return answerAlone(client, () => {
    const transaction = (client.transaction ??= new Transaction());
    for (const key of keys) {
      transaction.take(client.endpoint.engine.route(key), key);
      transaction.grow(key.length);
    }
    return watchKeys(client, transaction, keys);
  });
};

async function watchKeys(client: Client, transaction: Transaction, keys: readonly Key[]): Promise<Reply> {
  const { route } = transaction;
  if (route?.raw === undefined) {
    // What was watched before stays as it was then.
    for (const key of keys)
      if (!transaction.watched.has(key)) transaction.watched.set(key, (await route?.store.get(key))?.etag);
    return ok;
  }
  const { keyPrefix } = route.raw;
  const { protocol } = client.session;
  const isFirst = transaction.watching === undefined;
  const connection = (transaction.watching ??= client.upstream(route.raw).dedicated(protocol, {}, transaction.slot));
  const words = ['WATCH', ...keys.map((key) => keyToBytes(keyPrefix + key))];
  // Keys that were watched before stay watched there; if their slot has moved since, EXEC is refused.
  const reconnect = (pool: UpstreamPool) => {
    transaction.close();
    return (transaction.watching = pool.dedicated(protocol));
  };
  const way = isFirst ? { connection, reconnect } : { connection };
  const [reply] = await ask(client, route.raw, [words], way);
  checked(reply);
  return ok;
}

const exec: SessionCommand = (client) => {
  const { transaction } = client;
  if (!transaction?.open) throw new CommandError(errorReplies.execWithoutMulti);
  if (storesBusy(client)) return false;
  if (transaction.watching !== undefined && client.pending.forwarded > 0) return false;
  const route = transaction.route ?? sessionRoute(client.endpoint.engine);
  const { raw } = route;
  if (raw !== undefined && !transaction.failed && !mayPass(client, raw)) return false;
  client.endRun();
  client.transaction = undefined;
  if (transaction.failed) {
    transaction.close();
    throw new CommandError(errorReplies.execAbort);
  }
  if (raw !== undefined) execUpstream(client, transaction, raw);
  else client.answerLater(execOnStore(client, transaction, route), 'exclusive');
  return true;
};

/** Without a Redis: on a memory store only, where no other command runs in between. */
async function execOnStore(client: Client, transaction: Transaction, { store }: Built): Promise<Reply> {
  if (store.info.kind !== 'in-memory' && transaction.queued.some(({ onStore }) => onStore !== undefined))
    throw new CommandError(`ERR MULTI is not supported on store '${store.info.name}'`);
  for (const [key, etag] of transaction.watched) if ((await store.get(key))?.etag !== etag) return new NullArray();
  const replies: Reply[] = [];
  for (const { name, frame, onStore } of transaction.queued) {
    const request = parsedRequest(client, frame);
    const answer = onStore === undefined ? localReply(name) : (_: Client, view: RequestView) => onStore(store, view);
    try {
      replies.push(await answer(client, request));
    } catch (error) {
      replies.push(asCommandError(error));
    }
  }
  return replies;
}

export const transactionCommands: Record<string, SessionCommand> = { multi, exec, discard, watch, unwatch };
