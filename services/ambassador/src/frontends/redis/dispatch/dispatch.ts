import type { Route } from '../../../routing/engine.ts';
import type { Client, Command } from '../client.ts';
import { CommandError } from '../commands/answer.ts';
import { notInSubscribedMode, replies, unknownRequest, wrongArguments } from '../commands/errors.ts';
import { keyPositions } from '../commands/key-positions.ts';
import { asCommandError } from '../commands/store-errors.ts';
import { forward } from '../forwarding/forward.ts';
import type { Transaction } from '../session-commands/transaction.ts';
import { queueInTransaction } from '../session-commands/transaction-queue.ts';
import { touchedBy } from '../tracking/touched-by.ts';
import type { Tracked } from '../tracking/tracked.ts';
import { commonRoute, isCached } from './grouping.ts';
import { positionsOrRefusal, refuseAsRedis } from './unfound-keys.ts';

const beforeLogin = new Set(['hello', 'auth', 'quit', 'reset']);
const whileSubscribed = new Set(
  'subscribe unsubscribe psubscribe punsubscribe ssubscribe sunsubscribe ping quit reset'.split(' '),
);

/** Serve the request that the client's parser has found. False: it must wait for work that is under way. */
export function dispatch(client: Client): boolean {
  const { parser, request, endpoint, session } = client;
  const command = endpoint.table.find(parser.buffer, parser.starts[0] ?? 0, parser.ends[0] ?? 0);
  const refusal = command === undefined ? unknownRequest(request) : findRefusal(client, command);
  if (command === undefined || refusal !== undefined) {
    if (client.transaction?.open) client.transaction.failed = true;
    endpoint.metrics.errors += 1;
    client.endRun();
    client.answer(new CommandError(refusal));
    return true;
  }
  session.lastCommand = command.name;
  const { transaction } = client;
  try {
    const done = client.transaction?.open
      ? queueInTransaction(client, client.transaction, command)
      : serve(client, command);
    if (done && client.tracking !== undefined) track(client, client.tracking, command, transaction);
    if (done) endpoint.metrics.counts[command.index] = (endpoint.metrics.counts[command.index] ?? 0) + 1;
    return done;
  } catch (error) {
    endpoint.metrics.errors += 1;
    client.endRun();
    client.answer(asCommandError(error));
    return true;
  }
}

/** Note what a client with a cache has read and written; a transaction does both at EXEC. */
function track(client: Client, tracking: Tracked, command: Command, transaction: Transaction | undefined): void {
  if (client.transaction?.open) return;
  if (command.name === 'exec') for (const { touched } of transaction?.queued ?? []) tracking.touched(touched);
  else {
    tracking.touched(touchedBy(command, client.request.keys(keyPositions(command, client.request))));
  }
  if (command.name !== 'client') tracking.afterCommand();
}

function findRefusal({ session, request }: Client, command: Command): string | undefined {
  const { arity } = command;
  if (arity > 0 ? request.count !== arity : request.count < -arity) return wrongArguments(command.name);
  if (!session.authenticated && !beforeLogin.has(command.name)) return replies.noAuth;
  if (session.subscriptions > 0 && session.protocol === 2 && !whileSubscribed.has(command.name))
    return notInSubscribedMode(command.name);
  return undefined;
}

function serve(client: Client, command: Command): boolean {
  if (!command.single) return command.run === undefined ? forwardMany(client, command) : command.run(client, command);
  const key = client.request.key(1);
  const route = client.endpoint.engine.route(key);
  if (route.raw !== undefined && !(command.isGet && isCached(client, route.raw)))
    return forward(client, command, route.raw, singleKey, [key]);
  return serveFromStore(client, command, route);
}

const singleKey: readonly number[] = [1];

/** One key of one store, by the store's own interface. */
function serveFromStore(client: Client, command: Command, route: Route): boolean {
  const { onStore } = command;
  if (onStore === undefined) throw new CommandError(unknownRequest(client.request));
  const { pending } = client;
  // A write must not overtake a read, and nothing may overtake a write; the near cache does not know writes that are
  // still on their way.
  if (pending.writes > 0 || (command.write && pending.reads > 0)) return false;
  if (route.raw?.near !== undefined && pending.nearWrites > 0) return false;
  client.endRun();
  const answer = onStore(route.store, client.request);
  if (answer instanceof Promise) client.answerLater(answer, command.write ? 'writes' : 'reads');
  else client.answer(answer);
  return true;
}

/** Several keys that must live in one Redis. */
function forwardMany(client: Client, command: Command): boolean {
  const positions = positionsOrRefusal(client, command);
  if (positions instanceof CommandError) return refuseAsRedis(client, command, positions);
  const keys = client.request.keys(positions);
  const raw = commonRoute(client, keys);
  if (raw === undefined) throw new CommandError(unknownRequest(client.request));
  return forward(client, command, raw, positions, keys);
}
