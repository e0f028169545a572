import type { Built } from '../../../store/built.ts';
import type { Client, Command } from '../client.ts';
import {
  asCommandError,
  errorReplies,
  notInSubscribedMode,
  unknownRequest,
  wrongArguments,
} from '../commands/errors.ts';
import { requestKeys } from '../commands/key-positions.ts';
import { CommandError } from '../commands/reply.ts';
import { forward, isCached } from '../forwarding/forward.ts';
import type { Transaction } from '../session-commands/transaction.ts';
import { queueInTransaction } from '../session-commands/transaction-queue.ts';
import { type Tracking, touchedBy } from '../tracking/tracking.ts';
import { locate } from './grouping.ts';

const beforeLogin = new Set(['hello', 'auth', 'quit', 'reset']);
const whileSubscribed = new Set(
  'subscribe unsubscribe psubscribe punsubscribe ssubscribe sunsubscribe ping quit reset'.split(' '),
);

/** Serve the request that the client's parser has found. False: it must wait for work that is under way. */
export function dispatch(client: Client): boolean {
  const { parser, request, endpoint, session, transaction } = client;
  try {
    const command = endpoint.table.find(parser.buffer, parser.starts[0] ?? 0, parser.ends[0] ?? 0);
    const refusal = command === undefined ? unknownRequest(request) : findRefusal(client, command);
    if (command === undefined || refusal !== undefined) {
      if (transaction?.open) transaction.failed = true;
      throw new CommandError(refusal);
    }
    session.lastCommand = command.name;
    const done = transaction?.open ? queueInTransaction(client, transaction, command) : serveCommand(client, command);
    if (!done) return false;
    if (client.tracking !== undefined) noteTouched(client, client.tracking, command, transaction);
    endpoint.metrics.counts[command.index] = (endpoint.metrics.counts[command.index] ?? 0) + 1;
  } catch (error) {
    endpoint.metrics.errors += 1;
    client.endRun();
    client.answer(asCommandError(error));
  }
  return true;
}

/** Note what a client with a cache has read and written; a transaction does both at EXEC. */
function noteTouched(client: Client, tracking: Tracking, command: Command, transaction: Transaction | undefined): void {
  if (client.transaction?.open) return;
  if (command.name === 'exec') for (const { touched } of transaction?.queued ?? []) tracking.touched(touched);
  else tracking.touched(touchedBy(command, requestKeys(command, client.request)));
  if (command.name !== 'client') tracking.caching = false;
}

function findRefusal({ session, parser }: Client, command: Command): string | undefined {
  const { arity } = command;
  if (arity > 0 ? parser.count !== arity : parser.count < -arity) return wrongArguments(command.name);
  if (!session.authenticated && !beforeLogin.has(command.name)) return errorReplies.noAuth;
  if (session.subscriptions > 0 && session.protocol === 2 && !whileSubscribed.has(command.name))
    return notInSubscribedMode(command.name);
  return undefined;
}

const singleKey: readonly number[] = [1];

function serveCommand(client: Client, command: Command): boolean {
  if (!command.single) return command.run === undefined ? forwardMany(client, command) : command.run(client, command);
  const key = client.request.key(1);
  const route = client.endpoint.engine.route(key);
  if (route.raw !== undefined && !(command.isGet && isCached(client, route.raw)))
    return forward(client, command, route.raw, singleKey, [key]);
  return serveFromStore(client, command, route);
}

/** One key of one store, by the store's own interface. */
function serveFromStore(client: Client, command: Command, route: Built): boolean {
  const { onStore } = command;
  if (onStore === undefined) throw new CommandError(unknownRequest(client.request));
  const { pending } = client;
  // A write must not overtake a read, and nothing may overtake a write; the near cache does not know writes that are
  // still on their way.
  if (pending.writes > 0 || (command.write && pending.reads > 0)) return false;
  if (route.raw?.near !== undefined && pending.nearWrites > 0) return false;
  client.endRun();
  const reply = onStore(route.store, client.request);
  if (reply instanceof Promise) client.answerLater(reply, command.write ? 'writes' : 'reads');
  else client.answer(reply);
  return true;
}

/** Several keys that must live in one Redis. */
function forwardMany(client: Client, command: Command): boolean {
  const { raw, positions, keys } = locate(client, command);
  return forward(client, command, raw, positions, keys);
}
