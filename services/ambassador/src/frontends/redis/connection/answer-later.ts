import type { Client } from '../client.ts';
import { type Answer, writeAnswer } from '../commands/answer.ts';
import { asCommandError } from '../commands/errors.ts';

/** Write a reply when it is known, in its place among those of a client; `kind` says what must wait for it. */
export function answerLater(client: Client, answer: Promise<Answer>, kind: 'reads' | 'writes' | 'exclusive'): void {
  const { endpoint, pending, session } = client;
  client.beforeWaiting();
  const slot = client.replies.open();
  pending[kind] += 1;
  const finish = (final: Answer) => {
    // No other client's bytes are in the writer: it is emptied at the end of each turn of work.
    endpoint.writer.protocol = session.protocol;
    writeAnswer(endpoint.writer, final);
    slot.write(endpoint.writer.take());
    slot.close();
    pending[kind] -= 1;
    // At once instead of in the next turn, since in a pipeline of writes each waits for the one before.
    client.work();
    endpoint.turns.flushLater(client);
  };
  answer.then(finish, (error: unknown) => {
    endpoint.metrics.errors += 1;
    finish(asCommandError(error));
  });
}
