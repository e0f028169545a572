import { isSameSecret } from '@podkit/chassis/http/token';
import type { Client } from '../client.ts';
import { errorReplies } from '../commands/errors.ts';
import { readInteger } from '../commands/numbers.ts';
import { CommandError, MapReply, ok, type Reply } from '../commands/reply.ts';
import type { RequestView } from '../commands/request.ts';

/** The version whose behaviour clients may expect. */
export const redisVersion = '7.0.15';

/** HELLO [2|3 [AUTH user password] [SETNAME name]]: https://redis.io/docs/latest/commands/hello/ */
export function hello(client: Client, request: RequestView): Reply {
  const { session } = client;
  let protocol: number = session.protocol;
  if (request.count > 1) {
    protocol = readInteger(request.text(1), errorReplies.protoNotInteger);
    if (protocol !== 2 && protocol !== 3) throw new CommandError(errorReplies.noProto);
  }
  const options = helloOptions(request);
  if (options.login !== undefined) login(client, ...options.login);
  if (!session.authenticated)
    throw new CommandError(
      'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time',
    );
  if (options.name !== undefined) session.name = options.name;
  session.protocol = protocol === 3 ? 3 : 2;
  return new MapReply([
    ['server', 'redis'],
    ['version', redisVersion],
    ['proto', session.protocol],
    ['id', session.id],
    ['mode', 'standalone'],
    ['role', 'master'],
    ['modules', []],
  ]);
}

type HelloOptions = { login?: [string, string]; name?: string };

function helloOptions(request: RequestView): HelloOptions {
  const options: HelloOptions = {};
  for (let index = 2; index < request.count; index += 1) {
    const word = request.word(index);
    if (word === 'auth' && index + 2 < request.count) {
      options.login = [request.text(index + 1), request.text(index + 2)];
      index += 2;
    } else if (word === 'setname' && index + 1 < request.count) {
      options.name = clientName(request.text(index + 1));
      index += 1;
    } else throw new CommandError(`ERR Syntax error in HELLO option '${request.text(index)}'`);
  }
  return options;
}

/** AUTH [user] password */
export function auth(client: Client, request: RequestView): Reply {
  const { credentials } = client.endpoint;
  if (request.count > 3) throw new CommandError(errorReplies.syntax);
  if (request.count === 2 && credentials.password() === undefined)
    throw new CommandError(errorReplies.authWithoutPassword);
  if (request.count === 2) login(client, credentials.username, request.text(1));
  else login(client, request.text(1), request.text(2));
  return ok;
}

/** From then on the client may send requests of the full size. */
function login({ session, parser, endpoint }: Client, user: string, password: string): void {
  const { credentials, limits } = endpoint;
  const secret = credentials.password();
  const isRight = secret === undefined || isSameSecret(password, secret);
  if (!isSameSecret(user, credentials.username) || !isRight) throw new CommandError(errorReplies.wrongPass);
  session.authenticated = true;
  parser.limits = limits;
}

/** @throws {CommandError} for a name that would break the lines of CLIENT LIST */
export function clientName(name: string): string {
  if (!/^[!-~]*$/.test(name))
    throw new CommandError('ERR Client names cannot contain spaces, newlines or special characters.');
  return name;
}
