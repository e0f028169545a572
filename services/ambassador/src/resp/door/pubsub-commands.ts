import { CommandError } from '../commands/answer.ts';
import { unknownRequest } from '../commands/unknown-request.ts';
import { forward } from './forward.ts';
import { commonRoute } from './grouping.ts';
import type { DoorCommand } from './registry.ts';

const subscribe: DoorCommand = (client, command) => {
  const { request, session } = client;
  if (client.pending.forwarded > 0 || client.pending.exclusive > 0) return false;
  client.endRun();
  const words = Array.from({ length: request.count }, (_, index) => request.value(index));
  if (command.name.includes('un') && session.subscriptions === 0) {
    // Nothing to leave; Redis answers all the same, once per name or once with null.
    const names = words.length > 1 ? words.slice(1) : [null];
    for (const name of names) client.answer([command.name, name, 0]);
    return true;
  }
  client.beforeWaiting();
  client.subscriptions.send(words);
  if (!command.name.includes('un')) session.subscriptions += request.count - 1;
  return true;
};

/** PUBLISH and PUBSUB: channels have no prefix and no route; they are those of the first Redis. */
const passOn: DoorCommand = (client, command) => {
  const route = commonRoute(client, []);
  if (route === undefined) throw new CommandError(unknownRequest(client.request));
  return forward(client, command, route, [], undefined);
};

export const pubSubCommands: Record<string, DoorCommand> = {
  subscribe,
  psubscribe: subscribe,
  unsubscribe: subscribe,
  punsubscribe: subscribe,
  publish: passOn,
  pubsub: passOn,
  script: passOn,
};
