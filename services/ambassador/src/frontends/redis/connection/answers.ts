import type { Client } from '../client.ts';
import type { Answer } from '../commands/answer.ts';
import { asCommandError } from '../commands/store-errors.ts';
import { writeAnswer } from '../commands/write-answer.ts';

/** Encodes what the endpoint itself answers to one client, with the writer that all clients share. */
export class Answers {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  /** An answer that is known. While requests are being served (`serving`) they gather in the writer. */
  now(answer: Answer, serving: boolean): void {
    const { replies, session, endpoint } = this.#client;
    endpoint.writer.protocol = session.protocol;
    if (serving && replies.length === 0) return writeAnswer(endpoint.writer, answer);
    this.handOver();
    writeAnswer(endpoint.writer, answer);
    this.handOver();
  }

  /** An answer to come; its place among the replies is kept. */
  later(answer: Promise<Answer>, kind: 'reads' | 'writes' | 'exclusive'): void {
    const client = this.#client;
    const { endpoint, pending, session } = client;
    this.handOver();
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
      endpoint.flushLater(client);
    };
    answer.then(finish, (error: unknown) => {
      endpoint.metrics.errors += 1;
      finish(asCommandError(error));
    });
  }

  /** Put what the writer holds among the replies, before anything is awaited. */
  handOver(): void {
    const { replies, endpoint } = this.#client;
    if (endpoint.writer.length > 0) replies.add(endpoint.writer.take());
  }
}
