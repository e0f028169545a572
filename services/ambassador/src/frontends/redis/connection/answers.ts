import type { Client } from '../client.ts';
import type { Answer } from '../commands/answer.ts';
import { asCommandError } from '../commands/store-errors.ts';
import { writeAnswer } from '../commands/write-answer.ts';

/** Encodes what the door itself answers to one client, with the writer that all clients share. */
export class Answers {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  /** An answer that is known. While requests are being served (`serving`) they gather in the writer. */
  now(answer: Answer, serving: boolean): void {
    const { replies, session, door } = this.#client;
    door.writer.protocol = session.protocol;
    if (serving && replies.length === 0) return writeAnswer(door.writer, answer);
    this.handOver();
    writeAnswer(door.writer, answer);
    this.handOver();
  }

  /** An answer to come; its place among the replies is kept. */
  later(answer: Promise<Answer>, kind: 'reads' | 'writes' | 'exclusive'): void {
    const client = this.#client;
    const { door, pending, session } = client;
    this.handOver();
    const slot = client.replies.open();
    pending[kind] += 1;
    const finish = (final: Answer) => {
      // Another client's bytes can't be in the writer: it is emptied at the end of each turn of work.
      door.writer.protocol = session.protocol;
      writeAnswer(door.writer, final);
      slot.write(door.writer.take());
      slot.close();
      pending[kind] -= 1;
      // At once, not in the next turn: in a long pipeline of writes each waits for the one before.
      client.work();
      door.flushLater(client);
    };
    answer.then(finish, (error: unknown) => {
      door.metrics.errors += 1;
      finish(asCommandError(error));
    });
  }

  /** Put what the writer holds among the replies, before anything is awaited. */
  handOver(): void {
    const { replies, door } = this.#client;
    if (door.writer.length > 0) replies.add(door.writer.take());
  }
}
