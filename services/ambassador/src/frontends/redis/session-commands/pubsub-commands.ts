import type { RawRoute } from '../../../store/raw-route.ts';
import type { Client, SessionCommand } from '../client.ts';
import { type Answer, CommandError, ok } from '../commands/answer.ts';
import { unknownRequest } from '../commands/errors.ts';
import { commonRoute } from '../dispatch/grouping.ts';
import { askOver } from '../forwarding/ask.ts';
import { forward } from '../forwarding/forward.ts';
import { ReplyError } from '../protocol/reply-decoder.ts';
import { ClusterUpstream } from '../upstream/cluster/cluster-upstream.ts';
import { storesBusy } from './split-commands.ts';

const subscribe: SessionCommand = (client, command) => {
  const { request, session } = client;
  if (client.pending.forwarded > 0 || client.pending.exclusive > 0) return false;
  client.endRun();
  const words = request.words();
  const leaves = command.name.includes('unsubscribe');
  if (leaves && session.subscriptions === 0) {
    // There is no subscription; Redis answers once per name, or once with null.
    const names = words.length > 1 ? words.slice(1) : [null];
    for (const name of names) client.answer([command.name, name, 0]);
    return true;
  }
  client.beforeWaiting();
  client.subscriptions.send(words);
  return true;
};

/** A shard channel has no prefix, but in a cluster a slot, as a key has. */
const spublish: SessionCommand = (client, command) => {
  const route = commonRoute(client, []);
  if (route === undefined) throw new CommandError(unknownRequest(client.request));
  return forward(client, command, { ...route, keyPrefix: '' }, [], [client.request.key(1)]);
};

/** PUBLISH and PUBSUB: channels have no prefix and no route; the first Redis has them. */
const passOn: SessionCommand = (client, command) => {
  const route = commonRoute(client, []);
  if (route === undefined) throw new CommandError(unknownRequest(client.request));
  return forward(client, command, route, [], []);
};

/**
 * SCRIPT KILL and FUNCTION KILL: on connections of their own, since the script may have been sent on the shared one. A busy
 * Redis takes neither HELLO 3 with a database nor SELECT, so they ask in RESP2 and of database 0.
 */
function kill(client: Client, route: RawRoute): boolean {
  client.endRun();
  const upstream = client.endpoint.upstream(route, undefined);
  const words = client.request.words();
  const send = async (): Promise<Answer> => {
    const pools =
      upstream instanceof ClusterUpstream ? (await upstream.masters()).map((at) => upstream.at(at)) : [upstream];
    const said = await Promise.all(
      pools.map((pool) => {
        const connection = pool.dedicated(2);
        return askOver(client, route, [words], { connection }).finally(() => connection.close('asked'));
      }),
    );
    const replies = said.map(([reply]) => reply);
    // One of several nodes runs the script; the others answer that they run none.
    const refusal = replies.every((reply) => reply instanceof ReplyError) ? replies[0] : undefined;
    if (refusal instanceof ReplyError) throw new CommandError(refusal.message);
    return ok;
  };
  client.answerLater(send(), 'exclusive');
  return true;
}

/** SCRIPT and FUNCTION: every node of a cluster has its own, so all are asked; the first error, or else reply, is the answer. */
const onEveryNode: SessionCommand = (client, command) => {
  const route = commonRoute(client, []);
  const upstream = route && client.upstream(route);
  if (route !== undefined && client.request.word(1) === 'kill') return kill(client, route);
  if (route === undefined || !(upstream instanceof ClusterUpstream)) return passOn(client, command);
  if (storesBusy(client)) return false;
  client.endRun();
  const { protocol } = client.session;
  const words = client.request.words();
  const send = async (): Promise<Answer> => {
    const nodes = (await upstream.masters()).map((node) => upstream.at(node).connection(protocol));
    const said = await Promise.all(nodes.map((node) => askOver(client, route, [words], { connection: node })));
    const error = said.flat().find((reply) => reply instanceof ReplyError);
    if (error instanceof ReplyError) throw new CommandError(error.message);
    return (said[0]?.[0] ?? null) as Answer;
  };
  client.answerLater(send(), 'exclusive');
  return true;
};

export const pubSubCommands: Record<string, SessionCommand> = {
  subscribe,
  psubscribe: subscribe,
  unsubscribe: subscribe,
  punsubscribe: subscribe,
  ssubscribe: subscribe,
  sunsubscribe: subscribe,
  publish: passOn,
  spublish,
  pubsub: passOn,
  script: onEveryNode,
  function: onEveryNode,
};
