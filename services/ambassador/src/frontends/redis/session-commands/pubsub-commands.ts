import type { RawRoute } from '../../../store/raw-route.ts';
import type { Client, SessionCommand } from '../client.ts';
import { ok, type Reply } from '../commands/reply.ts';
import { commonRoute } from '../dispatch/grouping.ts';
import { ask, checked } from '../forwarding/ask.ts';
import { forward } from '../forwarding/forward.ts';
import { ReplyError } from '../protocol/reply-decoder.ts';
import { answerAlone } from './answer-alone.ts';

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
  return forward(client, command, { ...commonRoute(client, []), keyPrefix: '' }, [], [client.request.key(1)]);
};

/** PUBLISH and PUBSUB: channels have no prefix and no route; the first Redis has them. */
const passOn: SessionCommand = (client, command) => forward(client, command, commonRoute(client, []), [], []);

/**
 * SCRIPT KILL and FUNCTION KILL: on connections of their own, since the script may have been sent on the shared one. A busy
 * Redis takes neither HELLO 3 with a database nor SELECT, so they ask in RESP2 and of database 0.
 */
function kill(client: Client, route: RawRoute): boolean {
  client.endRun();
  const words = client.request.words();
  const send = async (): Promise<Reply> => {
    const nodes = await client.endpoint.upstreams.of(route, undefined).nodes();
    const answers = await Promise.all(
      nodes.map((node) => {
        const connection = node.dedicated(2);
        return ask(client, route, [words], { connection }).finally(() => connection.close('asked'));
      }),
    );
    // One of several nodes runs the script; the others answer that they run none.
    const replies = answers.map(([reply]) => reply);
    return replies.every((reply) => reply instanceof ReplyError) ? (checked(replies[0]) as Reply) : ok;
  };
  client.answerLater(send(), 'exclusive');
  return true;
}

/** SCRIPT and FUNCTION: every node of a cluster has its own, so all are asked. The reply is the first error, or the first reply. */
const onEveryNode: SessionCommand = (client, command) => {
  const route = commonRoute(client, []);
  if (client.request.word(1) === 'kill') return kill(client, route);
  if (route.target.topology.mode !== 'cluster') return passOn(client, command);
  const { protocol } = client.session;
  const words = client.request.words();
  return answerAlone(client, async () => {
    const nodes = await client.upstream(route).nodes();
    const answers = await Promise.all(
      nodes.map((node) => ask(client, route, [words], { connection: node.connection(protocol) })),
    );
    const replies = answers.map(([reply]) => reply);
    return checked(replies.find((reply) => reply instanceof ReplyError) ?? replies[0]) as Reply;
  });
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
