import type { Client } from '../client.ts';
import { errorReplies, subcommandUnknown, wrongArguments } from '../commands/errors.ts';
import { CommandError, ok, type Reply, Verbatim } from '../commands/reply.ts';
import type { RequestView } from '../commands/request.ts';
import { clientCaching, clientGetRedirection, clientTrackingInfo } from '../tracking/tracking-command.ts';
import { clientName } from './handshake.ts';

type Subcommand = { words: number; run(client: Client, request: RequestView): Reply };

const onOff = (request: RequestView): Reply => {
  if (!['on', 'off'].includes(request.word(2))) throw new CommandError(errorReplies.syntax);
  return ok;
};

const subcommands: Record<string, Subcommand> = {
  id: { words: 2, run: ({ session }) => session.id },
  getname: { words: 2, run: ({ session }) => (session.name === '' ? null : session.name) },
  setname: {
    words: 3,
    run: ({ session }, request) => {
      session.name = clientName(request.text(2));
      return ok;
    },
  },
  setinfo: { words: 4, run: setInfo },
  info: { words: 2, run: ({ session }) => new Verbatim(`${session.describe()}\n`) },
  list: {
    words: -2,
    run: ({ endpoint: { clients } }) =>
      new Verbatim([...clients.values()].map(({ session }) => `${session.describe()}\n`).join('')),
  },
  'no-evict': { words: 3, run: (_client, request) => onOff(request) },
  'no-touch': { words: 3, run: (_client, request) => onOff(request) },
  caching: { words: 3, run: clientCaching },
  getredir: { words: 2, run: clientGetRedirection },
  trackinginfo: { words: 2, run: clientTrackingInfo },
  tracking: {
    words: -3,
    run: () => {
      throw new CommandError('ERR CLIENT TRACKING is not supported inside MULTI');
    },
  },
};

/** CLIENT and its subcommands; those that are not served are unknown, as in an older Redis. */
export function clientCommand(client: Client, request: RequestView): Reply {
  const name = request.word(1);
  const subcommand = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined;
  if (subcommand === undefined) throw new CommandError(subcommandUnknown('client', request.text(1)));
  const { words } = subcommand;
  if (words < 0 ? request.count < -words : request.count !== words)
    throw new CommandError(wrongArguments(`client|${name}`));
  return subcommand.run(client, request);
}

function setInfo({ session }: Client, request: RequestView): Reply {
  const attribute = request.word(2);
  const value = request.text(3);
  if (!/^[!-~]*$/.test(value))
    throw new CommandError(`ERR ${attribute} cannot contain spaces, newlines or special characters.`);
  if (attribute === 'lib-name') session.libraryName = value;
  else if (attribute === 'lib-ver') session.libraryVersion = value;
  else throw new CommandError(`ERR Unrecognized option '${request.text(2)}'`);
  return ok;
}
