import type { Socket } from 'node:net';
import { describeError } from '@podkit/chassis/errors';
import type { RawRoute } from '../../../store/raw-route.ts';
import type { Client, EndpointContext } from '../client.ts';
import { CommandError, type Reply, writeReply } from '../commands/reply.ts';
import { RequestView } from '../commands/request.ts';
import { dispatch } from '../dispatch/dispatch.ts';
import type { ForwardRun, RunOwner } from '../forwarding/forward-run.ts';
import { unauthenticatedLimits } from '../protocol/request-limits.ts';
import { RequestParser } from '../protocol/request-parser.ts';
import { Subscriptions } from '../session-commands/subscriptions.ts';
import type { Transaction } from '../session-commands/transaction.ts';
import type { Tracking } from '../tracking/tracking.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { answerLater } from './answer-later.ts';
import { type Closable, PendingWork } from './pending-work.ts';
import { ReplyQueue } from './reply-queue.ts';
import { Session } from './session.ts';
import { UsedConnections } from './used-connections.ts';

/** Maximum number of forwarded commands of one client that wait for their replies. */
const maxForwarded = 4096;
/** Unsent bytes at which a client is not read any further until it has read its replies. */
const highWater = 1024 * 1024;
/** Unsent bytes at which a client's connection is closed. */
const maxOutput = 128 * 1024 * 1024;

/** One client: reads its requests, keeps its replies in order, and stops reading it when it does not keep up. */
export class ClientConnection implements Client, RunOwner {
  readonly session: Session;
  readonly parser: RequestParser;
  readonly request: RequestView;
  readonly replies: ReplyQueue;
  readonly endpoint: EndpointContext;
  readonly subscriptions: Subscriptions;
  readonly used = new UsedConnections();
  transaction: Transaction | undefined;
  tracking: Tracking | undefined;
  run: ForwardRun | undefined;
  readonly pending = new PendingWork();
  closing = false;
  readonly #socket: Socket;
  #held = false;
  /** True while its requests are being served; replies then go out at the end. */
  #working = false;
  #ended = false;
  #finishing = false;

  constructor(endpoint: EndpointContext, accepted: Socket, id: number) {
    this.endpoint = endpoint;
    const socket = (this.#socket = endpoint.input.adopt(accepted, (memory, bytes) => this.#read(memory, bytes)));
    const open = endpoint.credentials.password() === undefined;
    this.session = new Session(id, `${socket.remoteAddress ?? 'unix'}:${socket.remotePort ?? 0}`, open);
    this.parser = new RequestParser(open ? endpoint.limits : unauthenticatedLimits);
    this.request = new RequestView(this.parser);
    this.replies = new ReplyQueue(() => this.#replyReady());
    this.subscriptions = new Subscriptions(this);
    socket.on('drain', () => endpoint.turns.workLater(this));
    socket.on('end', () => this.#readEnd());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#closed());
  }

  work(): void {
    if (this.#working || this.#socket.destroyed) return;
    this.#working = true;
    try {
      this.#serve();
    } catch (error) {
      // Only the parser throws here, when it cannot find the next request.
      this.answer(new CommandError(`ERR ${describeError(error)}`));
      this.closing = true;
    }
    this.beforeWaiting();
    this.#settle();
    this.#working = false;
  }

  #serve(): void {
    while (!this.closing && !this.#mustWait() && (this.#held || this.parser.next())) {
      this.#held = !dispatch(this);
      if (this.#held) return;
    }
  }

  #mustWait(): boolean {
    const { exclusive, forwarded } = this.pending;
    return exclusive > 0 || forwarded >= maxForwarded || this.#unsent + this.replies.held > highWater;
  }

  /** Bytes that the client has not taken yet. */
  get #unsent(): number {
    return this.replies.ready + this.#socket.writableLength + this.endpoint.writer.length;
  }

  #read(memory: Buffer, bytes: number): void {
    this.parser.push(memory, bytes);
    this.work();
    if (this.#hasUnserved) this.parser.keep();
    this.flush();
  }

  /** The client sends no more requests. Those that it sent are answered, but it does not wait for events any more. */
  #readEnd(): void {
    this.#ended = true;
    this.work();
    if (this.pending.own !== undefined || this.subscriptions.count > 0) this.#socket.destroy();
    else this.flush();
  }

  /** Stop reading a client that sends faster than it is served, and go on when it is. */
  #settle(): void {
    if (this.parser.pending > highWater && this.#busy) this.#socket.pause();
    else if (this.#socket.isPaused()) this.#socket.resume();
  }

  get #busy(): boolean {
    return this.#held || this.#mustWait();
  }

  get #hasUnserved(): boolean {
    return this.#held || this.parser.pending > 0;
  }

  answer(reply: Reply): void {
    const { writer } = this.endpoint;
    writer.protocol = this.session.protocol;
    // Replies gather in the writer while nothing is awaited before them.
    const gathers = this.#working && this.replies.length === 0;
    if (!gathers) this.beforeWaiting();
    writeReply(writer, reply);
    if (!gathers) this.beforeWaiting();
  }

  answerLater(reply: Promise<Reply>, kind: 'reads' | 'writes' | 'exclusive'): void {
    answerLater(this, reply, kind);
  }

  interject(bytes: Buffer): void {
    // While another client is being served, the writer holds the replies to that one.
    if (this.#working) this.beforeWaiting();
    if (this.pending.own === undefined) this.replies.add(bytes);
    else this.replies.interject(bytes);
  }

  endRun(): void {
    const { run } = this;
    if (run === undefined) return;
    this.run = undefined;
    if (run.route.keyPrefix === '') run.connection.add(run.buffer, run.start, run.end);
    run.connection.expect(run);
  }

  beginWait(own?: Closable): void {
    this.pending.begin(own);
    if (own !== undefined && this.#ended) this.#socket.destroy();
  }

  endWait(): void {
    this.pending.end();
    this.endpoint.turns.workLater(this);
  }

  upstream(route: RawRoute): Upstream {
    return this.endpoint.upstreams.of(route, this.session.database);
  }

  beforeWaiting(): void {
    this.endRun();
    const { writer } = this.endpoint;
    if (writer.length > 0) this.replies.add(writer.take());
  }

  delivered(): void {
    const { turns } = this.endpoint;
    if (this.#hasUnserved) turns.workLater(this);
    else turns.flushLater(this);
  }

  #replyReady(): void {
    if (!this.#working) this.endpoint.turns.flushLater(this);
  }

  flush(): void {
    const bytes = this.replies.take();
    if (bytes !== undefined) {
      this.#socket.write(bytes);
      if (this.#unsent > maxOutput) this.abandon('the client does not read its replies');
      // A write that the system takes whole emits no `drain`, so the rest of a long pipeline is scheduled here.
      if (this.#hasUnserved && !this.#mustWait()) this.endpoint.turns.workLater(this);
    }
    const leaves = this.closing || this.#finishing || this.#ended;
    if (!leaves || this.replies.length > 0 || this.#busy) return;
    // As in Redis after QUIT and after a protocol error: the reply is sent, and nothing more is read.
    if (this.closing) this.#socket.destroySoon();
    else this.#socket.end();
  }

  abandon(reason: string): void {
    this.endpoint.log.debug({ client: this.session.id, reason }, 'redis client dropped');
    this.#socket.destroy();
  }

  finish(): void {
    this.#finishing = true;
    if (this.pending.exclusive > 0 || this.subscriptions.count > 0) this.#socket.destroy();
    else this.flush();
  }

  #closed(): void {
    this.subscriptions.close();
    this.transaction?.close();
    this.tracking?.close();
    this.pending.own?.close('the client left');
    this.endpoint.clients.delete(this.session.id);
  }
}
