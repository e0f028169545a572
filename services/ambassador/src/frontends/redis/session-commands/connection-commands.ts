import type { Client, SessionCommand } from '../client.ts';
import { wrongArguments } from '../commands/errors.ts';
import { readInteger } from '../commands/numbers.ts';
import { CommandError, ok, type Reply, Status } from '../commands/reply.ts';
import type { RequestView } from '../commands/request.ts';
import { ownedDatabase, sessionRoute } from '../dispatch/grouping.ts';
import { forward } from '../forwarding/forward.ts';
import { clientTracking } from '../tracking/tracking-command.ts';
import { clientCommand } from './client-command.ts';
import { auth, hello } from './handshake.ts';
import { infoCommand } from './info-command.ts';
import { selectCommand } from './select-command.ts';
import { commandCommand, configCommand, time } from './server-commands.ts';
import { waitCommand } from './wait-command.ts';

function ping({ session }: Client, request: RequestView): Reply {
  if (request.count > 2) throw new CommandError(wrongArguments('ping'));
  const subscribed = session.subscriptions > 0 && session.protocol === 2;
  if (subscribed) return ['pong', request.count === 2 ? request.value(1) : ''];
  return request.count === 2 ? request.value(1) : new Status('PONG');
}

function reset(client: Client): Reply {
  const { session, endpoint } = client;
  client.subscriptions.close();
  client.transaction?.close();
  client.transaction = undefined;
  client.tracking?.close();
  client.tracking = undefined;
  session.protocol = 2;
  session.name = '';
  session.database = undefined;
  session.authenticated = endpoint.credentials.password() === undefined;
  return new Status('RESET');
}

/** CLIENT: answered at once, except TRACKING, which waits until changes are reported. */
const answerClient: SessionCommand = (connection) => {
  const { request } = connection;
  connection.endRun();
  if (request.word(1) !== 'tracking' || request.count < 3) connection.answer(clientCommand(connection, request));
  else connection.answerLater(clientTracking(connection), 'exclusive');
  return true;
};

/** COMMAND: answered by the Redis that owns all keys; any Redis can at least find the keys of a request. */
const answerCommand: SessionCommand = (client, command) => {
  const { engine } = client.endpoint;
  const asksForKeys = client.request.count > 1 && client.request.word(1).startsWith('getkeys');
  const raw = asksForKeys ? sessionRoute(engine).raw : ownedDatabase(engine);
  if (raw !== undefined) return forward(client, command, raw, [], []);
  client.endRun();
  client.answer(commandCommand(client, client.request));
  return true;
};

function quit(client: Client): Reply {
  client.closing = true;
  return ok;
}

const echo = (_client: Client, request: RequestView): Reply => request.value(1);

const role = (): Reply => ['master', 0, []];

/** Answers at once, from the state of the connection and of the endpoint. */
export type OwnReply = (client: Client, request: RequestView) => Reply;

/** Commands that a transaction answers itself, in their turn: the Redis knows nothing of this connection. */
export const ownReplies: Record<string, OwnReply> = {
  client: clientCommand,
  command: commandCommand,
  config: configCommand,
  role,
  select: ({ session }, request) => {
    if (readInteger(request.text(1)) === (session.database ?? 0)) return ok;
    throw new CommandError('ERR SELECT of another database is not supported inside MULTI');
  },
};

/** Commands that need only the connection; in a transaction on a Redis, the Redis answers them. */
export const connectionReplies: Record<string, OwnReply> = {
  ping,
  echo,
  time,
};

const atOnce =
  (answer: OwnReply): SessionCommand =>
  (client) => {
    client.endRun();
    client.answer(answer(client, client.request));
    return true;
  };

export const connectionCommands: Record<string, SessionCommand> = {
  ping: atOnce(ping),
  echo: atOnce(echo),
  time: atOnce(time),
  config: atOnce(configCommand),
  role: atOnce(role),
  hello: atOnce(hello),
  auth: atOnce(auth),
  reset: atOnce(reset),
  quit: atOnce(quit),
  client: answerClient,
  command: answerCommand,
  select: selectCommand,
  info: infoCommand,
  wait: waitCommand,
};
