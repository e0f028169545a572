import { type Answer, CommandError, ok, Status } from '../commands/answer.ts';
import { replies, wrongArguments } from '../commands/errors.ts';
import { integer } from '../commands/numbers.ts';
import type { Client, DoorCommand } from './client.ts';
import { clientCommand } from './client-command.ts';
import { auth, hello } from './handshake.ts';
import { commandCommand, configCommand, info, time } from './server-commands.ts';

/** A command that is answered at once, from what the connection and the door know. */
const atOnce =
  (answer: (client: Client) => Answer): DoorCommand =>
  (client) => {
    client.endRun();
    client.answer(answer(client));
    return true;
  };

/** A client that has authenticated may send requests of the full size. */
function admitted(client: Client, answer: Answer): Answer {
  if (client.session.authenticated) client.parser.limits = client.door.limits;
  return answer;
}

function ping({ request, session }: Client): Answer {
  if (request.count > 2) throw new CommandError(wrongArguments('ping'));
  const subscribed = session.subscriptions > 0 && session.protocol === 2;
  if (subscribed) return ['pong', request.count === 2 ? request.value(1) : ''];
  return request.count === 2 ? request.value(1) : new Status('PONG');
}

function select({ request }: Client): Answer {
  const index = integer(request.text(1));
  if (index !== 0) throw new CommandError(replies.dbIndex);
  return ok;
}

function reset(client: Client): Answer {
  const { session, door } = client;
  client.subscriptions.close();
  client.transaction?.close();
  client.transaction = undefined;
  session.protocol = 2;
  session.name = '';
  session.authenticated = door.credentials.password() === undefined;
  return new Status('RESET');
}

function quit(client: Client): Answer {
  client.closing = true;
  return ok;
}

export const connectionCommands: Record<string, DoorCommand> = {
  hello: atOnce((client) => admitted(client, hello(client.session, client.request, client.door.credentials))),
  auth: atOnce((client) => admitted(client, auth(client.session, client.request, client.door.credentials))),
  client: atOnce(({ session, request, door }) => clientCommand(session, request, door.sessions)),
  ping: atOnce(ping),
  echo: atOnce(({ request }) => request.value(1)),
  select: atOnce(select),
  reset: atOnce(reset),
  quit: atOnce(quit),
  time: atOnce(time),
  command: atOnce(({ request }) => commandCommand(request)),
  config: atOnce(({ request }) => configCommand(request)),
  info: atOnce(({ door }) => info(door.facts())),
  wait: atOnce(() => 0),
};
