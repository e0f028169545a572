import type { Client, SessionCommand } from '../client.ts';
import { errorReplies } from '../commands/errors.ts';
import { readInteger } from '../commands/numbers.ts';
import { CommandError, ok, type Reply } from '../commands/reply.ts';
import { distinctRedis } from '../dispatch/grouping.ts';
import { ask, checked } from '../forwarding/ask.ts';
import { answerAlone } from './answer-alone.ts';

/**
 * SELECT: 0 is the store's own database. Another one can be selected if all keys live in a Redis that has databases and
 * whose URL names none; elsewhere the error is that of a Redis with one database.
 */
export const selectCommand: SessionCommand = (client) => {
  const index = readInteger(client.request.text(1));
  return client.pending.forwarded === 0 && answerAlone(client, () => choose(client, index));
};

async function choose(client: Client, index: number): Promise<Reply> {
  if (index !== 0) await checkDatabase(client, index);
  client.session.database = index === 0 ? undefined : index;
  return ok;
}

/** @throws {CommandError} with the error of the Redis that has no such database */
async function checkDatabase(client: Client, index: number): Promise<void> {
  const { endpoint, session } = client;
  const all = endpoint.engine.routes();
  const routes = distinctRedis(endpoint.engine);
  const haveDatabases = routes.every(({ target }) => target.topology.mode !== 'cluster' && target.db === 0);
  if (!haveDatabases || all.some(({ raw }) => raw === undefined)) throw new CommandError(errorReplies.dbIndex);
  for (const route of routes) {
    // Not on the shared connection, which would stay in the other database.
    const connection = endpoint.upstreams.of(route, undefined).dedicated(session.protocol);
    const [reply] = await ask(client, route, [['SELECT', String(index)]], { connection }).finally(() =>
      connection.close('checked'),
    );
    checked(reply);
  }
}
