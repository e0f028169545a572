import type { Client } from '../client.ts';
import { asCommandError } from '../commands/errors.ts';
import { type Reply, writeReply } from '../commands/reply.ts';

/** Write a reply when it is known, in its place among those of a client; `kind` says what must wait for it. */
export function answerLater(client: Client, reply: Promise<Reply>, kind: 'reads' | 'writes' | 'exclusive'): void {
  const { endpoint, pending, session } = client;
  client.beforeWaiting();
  const slot = client.replies.open();
  pending[kind] += 1;
  const finish = (final: Reply) => {
    // No other client's bytes are in the writer: it is emptied at the end of each turn of work.
    endpoint.writer.protocol = session.protocol;
    writeReply(endpoint.writer, final);
    slot.write(endpoint.writer.take());
    slot.close();
    pending[kind] -= 1;
    // At once instead of in the next turn, since in a pipeline of writes each waits for the one before.
    client.work();
    endpoint.turns.flushLater(client);
  };
  reply.then(finish, (error: unknown) => {
    endpoint.metrics.errors += 1;
    finish(asCommandError(error));
  });
}
