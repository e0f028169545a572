import type { Socket } from 'node:net';
import type { Client } from '../client.ts';
import { type Answer, writeAnswer } from '../commands/answer.ts';
import { asCommandError } from '../commands/errors.ts';

/** Encodes what the endpoint itself answers to one client, and gathers all that goes out, so that it takes one write per turn. */
export class ClientOutput {
  readonly #client: Client;
  readonly #socket: Socket;
  #parts: Buffer[] = [];
  #bytes = 0;

  constructor(client: Client, socket: Socket) {
    this.#client = client;
    this.#socket = socket;
  }

  /** Bytes that the client has not taken yet. */
  get waiting(): number {
    return this.#bytes + this.#socket.writableLength + this.#client.endpoint.writer.length;
  }

  /** An answer that is known. While requests are being served (`serving`) they gather in the writer. */
  answer(answer: Answer, serving: boolean): void {
    const { replies, session, endpoint } = this.#client;
    endpoint.writer.protocol = session.protocol;
    if (serving && replies.length === 0) return writeAnswer(endpoint.writer, answer);
    this.handOver();
    writeAnswer(endpoint.writer, answer);
    this.handOver();
  }

  /** An answer to come; its place among the replies is kept. */
  answerLater(answer: Promise<Answer>, kind: 'reads' | 'writes' | 'exclusive'): void {
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
      endpoint.turns.flushLater(client);
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

  add(bytes: Buffer): void {
    this.#parts.push(bytes);
    this.#bytes += bytes.length;
  }

  /** Write all to the socket, in one piece. False: there was nothing. */
  flush(): boolean {
    const parts = this.#parts;
    if (parts.length === 0) return false;
    this.#parts = [];
    this.#bytes = 0;
    this.#socket.write(parts.length === 1 ? (parts[0] ?? '') : Buffer.concat(parts));
    return true;
  }
}
